// oidc-provider with the device flow: a public client, opaque access tokens, ID tokens signed with ES256.
import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import path from 'node:path'
import Provider from 'oidc-provider'
import { sqliteAdapter } from './oidc-sqlite.mjs'

const CLIENT = 'desktop'
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const seconds = (count) => () => count

const provider = new Provider(process.env.APP_URL, {
  adapter:
    process.env.ADAPTER === 'sqlite' ? sqliteAdapter(path.join(process.env.DATA_DIR, 'oidc.db')) : undefined,
  clients: [
    {
      client_id: CLIENT,
      token_endpoint_auth_method: 'none',
      application_type: 'web',
      grant_types: ['urn:ietf:params:oauth:grant-type:device_code'],
      response_types: [],
      redirect_uris: [],
      id_token_signed_response_alg: 'ES256',
    },
  ],
  jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'ES256' }] },
  cookies: { keys: ['a constant is enough where nobody else can reach it'] },
  enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
  features: { deviceFlow: { enabled: true }, devInteractions: { enabled: false } },
  interactions: { url: (ctx, { uid }) => `/interaction/${uid}` },
  ttl: {
    AccessToken: seconds(3600),
    DeviceCode: seconds(1800),
    Grant: seconds(86_400),
    IdToken: seconds(3600),
    Interaction: seconds(600),
    Session: seconds(86_400),
  },
  findAccount: (ctx, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
})

/** Before anything is measured: a phone that is signed in and has consented, made by the provider's own models. */
async function signIn(accountId, response) {
  const grant = new provider.Grant({ accountId, clientId: CLIENT })
  grant.addOIDCScope('openid')
  const grantId = await grant.save(86_400)
  const session = new provider.Session()
  session.loginAccount({ accountId })
  session.ensureClientContainer(CLIENT)
  session.grantIdFor(CLIENT, grantId)
  await session.save(86_400)
  const { cookies } = provider.createContext(response.req, response)
  cookies.set(provider.cookieName('session'), session.id, { signed: true, httpOnly: true })
  response.writeHead(204).end()
}

const callback = provider.callback()
createServer((request, response) => {
  const [, first, accountId] = request.url.split('/')
  if (first === 'bench-sign-in') void signIn(accountId, response)
  else callback(request, response)
}).listen(Number(process.env.PORT))
