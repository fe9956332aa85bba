//go:build !race

package loadtest_test

const watched = false
