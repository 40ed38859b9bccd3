import { createServer } from 'node:http'
import { toNodeHandler } from 'better-auth/node'
import './better-auth-migrate.mjs'
import { makeAuth } from './better-auth.mjs'

createServer(toNodeHandler(makeAuth())).listen(Number(process.env.PORT))
