/** Why a goal is missed, in our own words, by the goal's name; what is met needs none. */
export default {}
