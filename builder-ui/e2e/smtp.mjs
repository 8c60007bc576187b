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

/** The texts of a letter, read as each part says it is encoded: a Chinese one comes in another way than an English one. */
function plain(letter) {
  return letter.split(/^--\S+\r\n/m).map((part) => {
    const end = part.indexOf('\r\n\r\n')
    const [head, body] = [part.slice(0, end), part.slice(end + 4)]
    const encoding = /^Content-Transfer-Encoding: *(\S+)/im.exec(head)?.[1].toLowerCase()
    if (encoding === 'base64') return Buffer.from(body.split('\r\n--')[0], 'base64').toString('utf8')
    if (encoding !== 'quoted-printable') return Buffer.from(body, 'latin1').toString('utf8')
    const signs = body.replaceAll('=\r\n', '').replaceAll(/=([0-9A-F]{2})/g, (_, digits) => String.fromCharCode(Number.parseInt(digits, 16)))
    return Buffer.from(signs, 'latin1').toString('utf8')
  }).join('\n')
}
