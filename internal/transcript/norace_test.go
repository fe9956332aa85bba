//go:build !race

package transcript

const raced = false
