/** As much of a Dockerfile as ours uses, for the tests that do without Docker what it says. */

export interface Stage {
  env: Record<string, string>
  /** What RUN, HEALTHCHECK and CMD run, word by word, in this order. */
  commands: string[][]
  /** Where each COPY from another stage puts something. */
  copied: string[]
  user?: string
}

/** Its stages. */
export function dockerfile(text: string): Stage[] {
  const stages: Stage[] = []
  for (const line of text.split('\n').filter((one) => one !== '' && !one.startsWith('#'))) {
    const [instruction = '', ...words] = line.split(' ')
    if (instruction === 'FROM') stages.push({ env: {}, commands: [], copied: [] })
    const stage = stages.at(-1)
    const read = stage && INSTRUCTIONS[instruction]
    if (!read) throw new Error(`The Dockerfile has an instruction that is not understood: ${line}`)
    read(stage, words)
  }
  return stages
}

const INSTRUCTIONS: Record<string, (stage: Stage, words: string[]) => void> = {
  FROM: () => {},
  WORKDIR: () => {},
  EXPOSE: () => {},
  ENV: (stage, words) => Object.assign(stage.env, Object.fromEntries(words.map((word) => word.split('=')))),
  COPY: (stage, words) => void (words[0]?.startsWith('--from=') && stage.copied.push(words.at(-1) ?? '')),
  USER: (stage, [user]) => void (stage.user = user),
  RUN: (stage, words) => void stage.commands.push(words),
  HEALTHCHECK: (stage, words) => void stage.commands.push(exec(words.slice(words.indexOf('CMD') + 1))),
  CMD: (stage, words) => void stage.commands.push(exec(words)),
}

const exec = (words: string[]): string[] => JSON.parse(words.join(' ')) as string[]

/** What .dockerignore leaves out: names from the top, without wildcards. */
export function ignored(text: string): string[] {
  const names = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  const odd = names.find((name) => /[*?!]/.test(name))
  if (odd) throw new Error(`.dockerignore has a pattern that is not understood: ${odd}`)
  return names
}
