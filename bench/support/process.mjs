// What a process takes of the machine, and how programs beside Node are started.
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'

const TICKS_PER_SECOND = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))
/** proc(5), counted from what follows the name: parent, then user and system time, then those of children that ended. */
const PARENT = 1
const OWN = [11, 12]
const ENDED = [13, 14]

/** What has ended meanwhile has no fields. */
function fieldsOf(pid) {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number)
  } catch {
    return undefined
  }
}

const toMs = (fields, which) =>
  (which.reduce((sum, index) => sum + (fields?.[index] ?? 0), 0) * 1000) / TICKS_PER_SECOND

/** Processor time that a process has taken so far, in milliseconds: user and system, all threads. */
export const cpuMsOf = (pid) => toMs(fieldsOf(pid), OWN)

/** The same with its children, those that have ended as well. */
export function cpuMsOfFamily(pid) {
  const all = fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(fieldsOf)
  const children = all.filter((fields) => fields?.[PARENT] === pid)
  return toMs(fieldsOf(pid), [...OWN, ...ENDED]) + children.reduce((sum, child) => sum + toMs(child, OWN), 0)
}

/** Resident memory, in MiB. */
export function rssMbOf(pid) {
  const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)[1]) / 1024
}

/** The folder that holds a program: the first of `folders`, else of PATH; undefined where it is not installed. */
export function folderOf(program, folders = []) {
  const all = [...folders, ...(process.env.PATH ?? '').split(path.delimiter)]
  return all.find((folder) => fs.existsSync(path.join(folder, program)))
}

/** What runs and has to be stopped, whatever happens. */
export const running = new Set()

export async function stopAll() {
  await Promise.all([...running].map((each) => each.stop()))
}

/** Asks until the answer is true. */
export async function until(answers, child, describe, withinMs = 60_000) {
  const deadline = Date.now() + withinMs
  while (!(await answers())) {
    if (hasEnded(child) || Date.now() > deadline) throw new Error(describe())
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

export const hasEnded = (child) => child.exitCode !== null || child.signalCode !== null

/** Ends a child by a signal, and by SIGKILL where it takes too long. */
export async function end(child, signal, withinMs = 15_000) {
  if (hasEnded(child)) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  const timer = setTimeout(() => child.kill('SIGKILL'), withinMs)
  child.kill(signal)
  await gone
  clearTimeout(timer)
}

export function freePort() {
  return new Promise((resolve, reject) => {
    const probe = net.createServer()
    probe.once('error', reject)
    probe.listen(0, () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })
}
