// Holds event streams, as many processes of this as there are descriptors for: raw sockets that share one buffer, so
// that the load has next to no memory and work of its own. Told by messages, answers by messages.
import net from 'node:net'

const AT_ONCE = 100
const shared = Buffer.alloc(64 * 1024)
const sockets = []
let events = 0
let bytes = 0
let lost = 0
let watched

process.on('message', (message) => void handlers[message.type](message))

const handlers = {
  /** Opens streams, a hundred at a time, and answers once each has had its head and its first bytes. */
  async hold({ port, requests, from }) {
    let next = 0
    const work = async () => {
      while (next < requests.length) {
        const index = next++
        await open(port, requests[index], from[index % from.length], index)
      }
    }
    try {
      await Promise.all(Array.from({ length: AT_ONCE }, work))
      process.send({ type: 'held' })
    } catch (error) {
      process.send({ type: 'failed', reason: error.message })
    }
  },

  /** Reports the moment at which a stream next brings this text. */
  watch({ index, text }) {
    watched = { index, text }
    process.send({ type: 'watching' })
  },

  count() {
    process.send({ type: 'counted', events, bytes, lost, open: sockets.length - lost })
  },

  release() {
    process.disconnect()
    process.exit(0)
  },
}

function open(port, request, localAddress, index) {
  return new Promise((resolve, reject) => {
    let head = ''
    const onData = (length, buffer) => {
      bytes += length
      const text = buffer.latin1Slice(0, length)
      if (head !== null) head = begun(head + text, reject) ? (resolve(), null) : head + text
      else events++
      if (watched?.index === index && text.includes(watched.text)) {
        process.send({ type: 'seen', at: String(process.hrtime.bigint()) })
        watched = undefined
      }
      return true
    }
    const socket = net.connect({
      port,
      host: '127.0.0.1',
      localAddress,
      onread: { buffer: shared, callback: onData },
    })
    sockets.push(socket)
    socket.on('connect', () => socket.write(request))
    socket.on('error', reject)
    socket.on('close', () => {
      lost++
      reject(new Error(`a stream was closed: ${head}`))
    })
  })
}

/** Whether the head and something after it are there; refuses what is no plain event stream. */
function begun(text, reject) {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return false
  const head = text.slice(0, end)
  const isStream = /^HTTP\/1\.1 200 /.test(head) && /content-type: text\/event-stream/i.test(head)
  if (!isStream || /content-encoding/i.test(head)) reject(new Error(`no event stream: ${text.slice(0, 500)}`))
  return text.length > end + 4
}
