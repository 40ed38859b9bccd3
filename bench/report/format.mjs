export const number = (value) => {
  if (value === undefined || value === null || Number.isNaN(value)) return '–'
  if (value === 0) return '0'
  const digits = value >= 1000 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))))
  return value.toLocaleString('en-US', {
    minimumFractionDigits: 0,
    maximumFractionDigits: Math.min(digits, 6),
  })
}

export const percent = (share) => `${number(share * 100)} %`

/** A median with its spread. */
export const withSpread = ({ median, min, max }) =>
  min === max || !(min <= max) ? number(median) : `${number(median)} (${number(min)}–${number(max)})`

export const bound = ({ most, least }) => (most === undefined ? `≥ ${number(least)}` : `≤ ${number(most)}`)

export const verdict = ({ met }) => (met === undefined ? 'not measured' : met ? 'met' : 'missed')
