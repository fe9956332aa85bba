//go:build race

package aparttest

const usualWorlds, usualDeeds = 1, 80
