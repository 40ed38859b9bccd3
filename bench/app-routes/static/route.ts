export const dynamic = 'force-dynamic'

/** As long as the answer to a read of a pending login request. */
const CONSTANT = {
  id: 'AAAAAAAAAAAAAAAAAAAAAA',
  status: 'new',
  revision: 1,
  expiresIn: 300,
  qr: 'http://localhost:40000/scan/AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAA',
  codeExpiresIn: 30,
}

export const GET = () => Response.json(CONSTANT)
