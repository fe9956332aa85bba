//go:build !race

package transcript

const oneIn = 1
