//go:build race

package transcript

// oneIn is which of the stories are told in Slack as well: under the race detector,
// which is several times slower, one of so many.
const oneIn = 4
