package triage

import (
	"math"
	"unicode/utf8"

	"ponte/bot/triage/read"
)

// Lexicon keeps how good or bad words are, from -4 to 4, under their hashes only:
// 11 bits to know a word by and 5 for its score. No word can be read from it.
type Lexicon struct {
	Slots []uint16 // a power of two of them; 0 is empty
}

// List is a kind of word list.
type List uint32

// The lists. Judged was made by hand and Carried by machine translation; stems
// stand for all words that begin with them, or that are cut to them.
const (
	Judged List = iota
	JudgedStems
	Carried
	CarriedStems
	Faces // emoji and emoticons, in every language
)

// key is the hash of a word of a list, in a language.
func (l List) key(lang int, h uint32) uint32 {
	return read.Spread(h + uint32(l)*0x9e3779b1 + uint32(lang)*0x85ebca6b)
}

const scoreSteps = 3.75 // of a score of 1

// Put keeps a score; the first one kept for a word stays. It tells whether there was room.
func (x *Lexicon) Put(l List, lang int, word []byte, score float32) bool {
	key := l.key(lang, read.Hash(word))
	step := uint16(min(max(math.Round(float64(score)*scoreSteps), -15), 15) + 16)
	if step == 16 {
		return true
	}
	mask := uint32(len(x.Slots) - 1)
	for i := range uint32(len(x.Slots)) {
		slot := &x.Slots[(key+i)&mask]
		if *slot == 0 {
			*slot = uint16(key>>21)<<5 | step
			return true
		}
		if *slot>>5 == uint16(key>>21) {
			return true
		}
	}
	return false
}

// get is the score under a key, 0 where there is none.
func (x *Lexicon) get(key uint32) float32 {
	mask := uint32(len(x.Slots) - 1)
	for i := uint32(0); i < 64; i++ {
		slot := x.Slots[(key+i)&mask]
		if slot == 0 {
			return 0
		}
		if slot>>5 == uint16(key>>21) {
			return (float32(slot&31) - 16) / scoreSteps
		}
	}
	return 0
}

const foldedSize = 48 // bytes of a word that lists are asked for

// latin folds the letters from U+00C0 to U+00FF to those without their marks.
const latin = "aaaaaaaceeeeiiiidnooooo*ouuuuypsaaaaaaaceeeeiiiidnooooo/ouuuuypy"

// Fold writes a word in lower case without the marks of its letters.
func Fold(dst, word []byte) []byte {
	for i := 0; i < len(word) && len(dst) < foldedSize; {
		c, size := rune(word[i]), 1
		if c >= utf8.RuneSelf {
			c, size = utf8.DecodeRune(word[i:])
		}
		switch {
		case c < utf8.RuneSelf:
			dst = append(dst, byte(c))
		case c >= 0xc0 && c <= 0xff:
			dst = append(dst, latin[c-0xc0])
		default:
			dst = append(dst, word[i:i+size]...)
		}
		i += size
	}
	return dst
}

// Stem cuts a folded word to what its forms have in common, roughly.
func Stem(word []byte) []byte {
	for len(word) > 4 {
		switch word[len(word)-1] {
		case 'a', 'e', 'i', 'o', 'u', 'r', 's', 'n', 't':
			word = word[:len(word)-1]
		default:
			return word
		}
	}
	return word
}

// wordScores are the scores of a folded word: as judged, and as carried over.
func (x *Lexicon) wordScores(word []byte, lang int) (judged, carried float32) {
	const basis, prime = 2166136261, 16777619
	var ends [6]uint32 // hashes of the longest beginnings
	h := uint32(basis)
	for i, c := range word {
		h = (h ^ uint32(c)) * prime
		if back := len(word) - 1 - i; back < len(ends) {
			ends[back] = h
		}
	}
	judged = x.get(Judged.key(lang, h))
	if lang == 1 || lang == 2 || lang == 3 || lang == 5 {
		for back := 0; back < len(ends) && len(word)-back >= 3 && judged == 0; back++ {
			judged = x.get(JudgedStems.key(lang, ends[back]))
		}
	}
	if carried = x.get(Carried.key(lang, h)); carried == 0 && len(word) >= 4 {
		carried = 0.7 * x.get(CarriedStems.key(lang, read.Hash(Stem(word))))
	}
	return judged, carried
}
