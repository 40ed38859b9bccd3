/** Which proofs a request asks for: fixed when it is scanned. */
import type { LoginRequest } from '../generated/prisma/client'
import type { Proof } from '../wire'

type Row = Pick<LoginRequest, 'proofs'>

export const proofsOf = ({ proofs }: Row): Proof[] => proofs.split(' ').filter(Boolean) as Proof[]

export const demands = (row: Row, proof: Proof): boolean => proofsOf(row).includes(proof)
