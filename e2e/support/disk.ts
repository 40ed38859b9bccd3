/** A small disk that can be filled. Only root may mount one, and not in every container. */
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

export class SmallDisk {
  private constructor(readonly folder: string) {}

  /** Undefined where none can be mounted. */
  static mount(): SmallDisk | undefined {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'qr-login-disk-'))
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=128m', 'tmpfs', folder], { stdio: 'pipe' })
      return new SmallDisk(folder)
    } catch {
      fs.rmdirSync(folder)
      return undefined
    }
  }

  get #rest(): string {
    return path.join(this.folder, 'rest')
  }

  /** Takes all the room that is left, to the last byte. */
  fill(): void {
    const file = fs.openSync(this.#rest, 'w')
    for (let size = 65_536; size >= 1; size = Math.floor(size / 2)) fillBy(file, Buffer.alloc(size))
    fs.closeSync(file)
  }

  free(): void {
    fs.rmSync(this.#rest, { force: true })
  }

  unmount(): void {
    execFileSync('umount', ['-l', this.folder])
    fs.rmdirSync(this.folder)
  }
}

function fillBy(file: number, part: Buffer): void {
  try {
    for (;;) fs.writeSync(file, part)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
  }
}
