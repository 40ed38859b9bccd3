// `npm run complete-lock`, after a change of packages: adds to package-lock.json the optional packages of other
// platforms that npm left out because the registry at hand does not carry them; `npm ci` refuses a lock without them.
// They get no integrity hash that way, so a lock that was made on a complete registry is better.
import fs from 'node:fs'

const FILE = 'package-lock.json'
const SYSTEMS = ['darwin', 'win32', 'linux', 'freebsd', 'android', 'openharmony']
const PROCESSORS = ['arm64', 'x64', 'ia32', 'ppc64', 's390x', 'riscv64', 'loong64', 'arm', 'wasm32']

const lock = JSON.parse(fs.readFileSync(FILE, 'utf8'))
const { '': project, ...packages } = lock.packages

/** Whether Node would find `name` from the package at `from`. */
function isLocked(from, name) {
  for (let at = from; ; at = at.slice(0, at.lastIndexOf('/node_modules/'))) {
    if (packages[`${at}/node_modules/${name}`]) return true
    if (!at.includes('/node_modules/')) return Boolean(packages[`node_modules/${name}`])
  }
}

/** What npm writes of a package that it skips on this platform; its name tells which platform it is for. */
function entry(name, version, parent) {
  const words = name.split(/[/-]/)
  const os = SYSTEMS.find((system) => words.includes(system))
  const cpu = PROCESSORS.find((processor) => words.includes(processor))
  if (!cpu || !/^\d+\.\d+\.\d+/.test(version))
    throw new Error(`${name}@${version}: for which platform is that?`)
  return {
    version,
    cpu: [cpu],
    ...(parent.dev && { dev: true }),
    ...(parent.license && { license: parent.license }),
    optional: true,
    ...(os && { os: [os] }),
  }
}

const added = {}
for (const [place, parent] of Object.entries(packages))
  for (const [name, version] of Object.entries(parent.optionalDependencies ?? {}))
    if (!isLocked(place, name)) added[`node_modules/${name}`] = entry(name, version, parent)

const all = Object.entries({ ...packages, ...added }).sort(([a], [b]) => a.localeCompare(b, 'en'))
lock.packages = { '': project, ...Object.fromEntries(all) }
fs.writeFileSync(FILE, JSON.stringify(lock, null, 2) + '\n')
console.log(`${Object.keys(added).length} packages added to ${FILE}`)
