import type { ComponentProps, RefObject } from 'react'
import { ButtonLink } from '../ui/button'
import { Card, Title } from '../ui/card'

interface Props {
  title: string
  body: string
  titleRef: RefObject<HTMLHeadingElement | null>
  /** Where to go from here; the first one is what most people want. */
  goals: Pick<ComponentProps<typeof ButtonLink>, 'href' | 'variant' | 'children'>[]
}

/** What a page says once the link that opened it did its work, or can't. */
export function LinkEnd({ title, body, titleRef, goals }: Props) {
  return (
    <Card className="my-auto">
      <Title ref={titleRef}>{title}</Title>
      <p className="mt-2 text-soft">{body}</p>
      <div className="mt-6 grid gap-3">
        {goals.map((goal) => (
          <ButtonLink key={String(goal.href)} prefetch={false} {...goal} />
        ))}
      </div>
    </Card>
  )
}
