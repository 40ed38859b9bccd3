import type { ReactNode } from 'react'
import { Card, Title } from '../ui/card'

interface Props {
  title: string
  icon?: ReactNode
  children: ReactNode
}

/** A whole page that says one thing. */
export function Notice({ title, icon, children }: Props) {
  return (
    <Card className="my-auto flex flex-col items-center gap-4 text-center">
      {icon}
      <Title>{title}</Title>
      {children}
    </Card>
  )
}
