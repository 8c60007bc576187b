// A mail server for one journey: it speaks enough of the protocol to take letters, and keeps them.
import { createServer } from 'node:net'

export async function startMailServer() {
  const letters = []
  const server = createServer((socket) => {
    let text = ''
    let data = null
    let to = ''
    const say = (line) => socket.write(`${line}\r\n`)
    socket.on('error', () => {})
    say('220 journey ESMTP')
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1')
      for (let end = text.indexOf('\r\n'); end >= 0; end = text.indexOf('\r\n')) {
        const line = text.slice(0, end)
        text = text.slice(end + 2)
        if (data !== null) {
          if (line === '.') {
            letters.push({ to, text: plain(data.join('\r\n')) })
            data = null
            say('250 kept')
          } else data.push(line.startsWith('..') ? line.slice(1) : line)
        } else if (/^DATA/i.test(line)) {
          data = []
          say('354 go on')
        } else if (/^QUIT/i.test(line)) {
          say('221 bye')
          socket.end()
        } else {
          to = /^RCPT TO:<([^>]*)>/i.exec(line)?.[1] ?? to
          say('250 ok')
        }
      }
    })
  })
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  return { port: server.address().port, letters, stop: () => new Promise((done) => server.close(done)) }
}

/** The text with its quoted-printable signs read. */
function plain(text) {
  const joined = text.replaceAll('=\r\n', '')
  return Buffer.from(joined.replaceAll(/=([0-9A-F]{2})/g, (_, digits) => String.fromCharCode(Number.parseInt(digits, 16))), 'latin1').toString('utf8')
}
