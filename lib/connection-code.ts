/** Those of wrong use begin with ERR_. */
const CODES = /^E(?!RR_)[A-Z_]+$|CERT|^UNABLE_TO_|^HOSTNAME_MISMATCH$|^ERR_(TLS|SSL)_/

/** True for the codes of Node.js that tell of a socket, a host's name, a file or a certificate, and so of a connection. */
export const isConnectionCode = (code: unknown): boolean => typeof code === 'string' && CODES.test(code)
