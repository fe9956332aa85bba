//go:build !race

package aparttest

const usualWorlds, usualDeeds = 3, 150
