/**
 * What handlers read of a request. Next hands them a Request, which is one of these; the fast lane hands them less, as a
 * whole one is dear to make.
 */
export interface ApiRequest {
  readonly method: string
  readonly url: string
  readonly headers: Pick<Headers, 'get'>
  readonly body: AsyncIterable<Uint8Array> | null
  readonly signal: AbortSignal
}
