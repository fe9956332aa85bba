//go:build race

package transcript

// raced says that everything takes several times as long: what lives through days,
// and the stories in a second chat, are told without the race detector.
const raced = true
