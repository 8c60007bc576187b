// Counts what holds and what does not, and keeps pictures.
import { join } from 'node:path'

export class Report {
  #passed = 0
  #failed = 0

  constructor(folder) {
    this.folder = folder
  }

  /** Runs a step. What throws fails; the journey goes on only if `go_on` says that later steps do not need it. */
  async step(name, page, run, { goOn = false } = {}) {
    const began = Date.now()
    try {
      const value = await run()
      this.#passed += 1
      console.log(`ok      ${name} (${((Date.now() - began) / 1000).toFixed(1)} s)`)
      return value
    } catch (error) {
      this.#failed += 1
      const picture = join(this.folder, `failed-${name.replaceAll(/[^\w]+/g, '-')}.png`)
      await page?.screenshot({ path: picture }).catch(() => {})
      console.log(`FAILED  ${name}\n        ${String(error.message ?? error).split('\n').slice(0, 12).join('\n        ')}\n        picture: ${picture}`)
      if (!goOn) throw new Stopped()
    }
  }

  broken(name, error) {
    if (error instanceof Stopped) return
    this.#failed += 1
    console.log(`FAILED  ${name}\n${error.stack ?? error}`)
  }

  end() {
    console.log(`${this.#passed} passed, ${this.#failed} failed`)
    process.exitCode = this.#failed === 0 && this.#passed > 0 ? 0 : 1
  }
}

/** A step that later ones need has failed and has been told of. */
class Stopped extends Error {}
