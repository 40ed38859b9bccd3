// Numbers of which parts may not have been measured. `isWhole` is false where one is missing: the value is then the
// least that it can be. `value` is undefined where nothing of it was measured.
const NONE = { value: undefined, isWhole: false }

const quantity = (given) =>
  typeof given === 'object' ? given : given === undefined ? NONE : { value: given, isWhole: true }

const known = (quantities) => quantities.filter(({ value }) => value !== undefined)

function combined(given, combine) {
  const all = given.map(quantity)
  const values = known(all).map(({ value }) => value)
  return values.length === 0 ? NONE : { value: combine(values), isWhole: all.every(({ isWhole }) => isWhole) }
}

/** Of numbers and quantities; what is undefined was not measured. */
export const sum = (...terms) =>
  combined(terms, (values) => values.reduce((total, value) => total + value, 0))

export const most = (...all) => combined(all, (values) => Math.max(...values))

/** Nothing where a factor is missing. */
export function product(...factors) {
  const all = factors.map(quantity)
  if (known(all).length < all.length) return NONE
  return {
    value: all.reduce((result, { value }) => result * value, 1),
    isWhole: all.every(({ isWhole }) => isWhole),
  }
}

export const mapped = (given, change) => {
  const { value, isWhole } = quantity(given)
  return value === undefined ? NONE : { value: change(value), isWhole }
}
