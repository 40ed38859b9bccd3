/** nginx and Caddy as Debian has them, each with the file that docs/examples shows, in front of nodes on this machine. */
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import tls from 'node:tls'
import { MAIL_CERTIFICATE } from '../../lib/testing/mail-server'
import { freePort, type Proxy } from './server'

const EXAMPLES = path.resolve(import.meta.dirname, '../../docs/examples')
const READY_WITHIN_MS = 20_000

export type FrontName = 'nginx' | 'caddy'

/** What one of them needs to run: in a folder, on a port, before nodes. */
interface Place {
  folder: string
  port: number
  /** For plain HTTP, which only leads to HTTPS. */
  plainPort: number
  nodes: number[]
}

/** The path of its program; undefined where it is not installed. */
export function frontProgram(name: FrontName): string | undefined {
  // Where Debian has servers, and only root looks.
  const folders = [...(process.env.PATH ?? '').split(path.delimiter), '/usr/sbin']
  return folders.map((folder) => path.join(folder, name)).find((file) => fs.existsSync(file))
}

/** Starts one before nodes, and waits until it answers with its certificate. */
export async function startFront(name: FrontName, port: number, nodes: number[]): Promise<Proxy> {
  const program = frontProgram(name)
  if (!program) throw new Error(`${name} is not installed: apt-get install ${name}`)
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), `qr-login-${name}-`))
  const place = { folder, port, plainPort: await freePort(), nodes }
  const { args, env } = name === 'nginx' ? nginx(place) : caddy(place)
  const child = spawn(program, args, { env: { PATH: process.env.PATH, HOME: folder, ...env } as never })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const deadline = Date.now() + READY_WITHIN_MS
  while (!(await greets(port))) {
    if (child.exitCode !== null || Date.now() > deadline) throw new Error(`${name} did not start:\n${output}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  const close = async () => {
    child.kill('SIGTERM')
    await gone
    fs.rmSync(folder, { recursive: true, force: true })
  }
  return { url: `https://localhost:${port}`, plainPort: place.plainPort, close }
}

/** The example, with this machine's names in the places of those that it makes up. Each has to be there. */
function adapted(file: string, changes: [from: string, to: string][]): string {
  let text = fs.readFileSync(path.join(EXAMPLES, file), 'utf8')
  for (const [from, to] of changes) {
    if (!text.includes(from)) throw new Error(`${file} has no "${from}"`)
    text = text.replaceAll(from, to)
  }
  return text
}

function nginx({ folder, port, plainPort, nodes }: Place) {
  const site = path.join(folder, 'site.conf')
  const changes: [string, string][] = [
    ['server 127.0.0.1:3000', `server 127.0.0.1:${nodes[0]}`],
    ['server 127.0.0.1:3001', `server 127.0.0.1:${nodes[1]}`],
    ['listen 80;', `listen 127.0.0.1:${plainPort};`],
    ['listen 443 ', `listen 127.0.0.1:${port} `],
    ['/etc/ssl/login.example.org.pem', MAIL_CERTIFICATE],
    ['/etc/ssl/login.example.org.key', MAIL_CERTIFICATE],
    ['server_name login.example.org', 'server_name localhost'],
  ]
  fs.writeFileSync(site, adapted('nginx.conf', changes))
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  const main = path.join(folder, 'nginx.conf')
  fs.writeFileSync(
    main,
    `${process.getuid?.() === 0 ? 'user root;' : ''}
    pid ${folder}/nginx.pid; events {}
    http { access_log off; include ${site};
      ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join(' ')} }`,
  )
  return { args: ['-c', main, '-p', folder, '-e', 'stderr', '-g', 'daemon off;'], env: {} }
}

/** Its own authority vouches for it on this machine, and nobody is asked to trust that authority. */
function caddy({ folder, port, plainPort, nodes }: Place) {
  const main = path.join(folder, 'Caddyfile')
  const options = `admin off\nskip_install_trust\nhttp_port ${plainPort}\nstorage file_system ${folder}/data`
  fs.writeFileSync(main, `{\n${options}\n}\nimport ${path.join(EXAMPLES, 'Caddyfile')}\n`)
  const env = {
    SITE: `https://localhost:${port}`,
    NODES: nodes.map((node) => `127.0.0.1:${node}`).join(' '),
    XDG_DATA_HOME: folder,
    XDG_CONFIG_HOME: folder,
  }
  return { args: ['run', '--config', main, '--adapter', 'caddyfile'], env }
}

/** True once it presents a certificate. */
function greets(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const options = { port, host: '127.0.0.1', servername: 'localhost', rejectUnauthorized: false }
    const socket = tls.connect(options, () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
