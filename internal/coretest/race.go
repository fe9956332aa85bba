//go:build race

package coretest

const raced = true
