/** Two days is when people begin to ask. */
export const isLate = (since: string, now = Date.now()): boolean => now - new Date(since).getTime() > 2 * 86_400_000
