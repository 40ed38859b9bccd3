// node:http with nothing behind it, and a Next route with nothing behind it.
import path from 'node:path'
import { BENCH, NEXT_PEER } from '../support/paths.mjs'
import { Server } from '../support/server.mjs'

const isConstant = (code, body) => code === 200 && JSON.parse(body).status === 'new'

export const startBare = (nodeArgs = []) =>
  Server.start({ args: () => [...nodeArgs, path.join(BENCH, 'peers/bare.mjs')], cwd: BENCH, path: '/' })

/** `next start`, which serves better-auth as well. */
export const startNextPeer = () =>
  Server.start({
    args: () => [path.join(BENCH, 'peers/better-auth-next.mjs')],
    cwd: NEXT_PEER,
    path: '/api/static',
  })

export const bare = {
  name: 'constant, node:http',
  process: 'bare',
  start: () => startBare(),
  status: async () => ({ requests: [{ path: '/' }], check: isConstant }),
}

export const staticNext = {
  name: 'constant, Next',
  process: 'next-peer',
  start: startNextPeer,
  status: async () => ({ requests: [{ path: '/api/static' }], check: isConstant }),
}
