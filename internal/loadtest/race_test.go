//go:build race

package loadtest_test

// watched says that every access to memory is checked, which makes Ponte about
// ten times slower.
const watched = true
