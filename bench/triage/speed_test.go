package main

import (
	"strings"
	"testing"

	"github.com/abadojack/whatlanggo"
	"github.com/jonreiter/govader"

	"ponte/bot/triage"
)

const comment = "Third time I order here and the third time it comes late, is anybody reading this??? 😡"

var texts = map[string]string{
	"90 bytes": comment,
	"2 kB":     strings.Repeat(comment+" Mein Paket ist noch nicht da; dónde está mi pedido, perché non rispondete mai? ", 12)[:2000],
}

// bench times one system over the texts.
func bench(b *testing.B, judge func(string)) {
	for _, name := range []string{"90 bytes", "2 kB"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				judge(texts[name])
			}
		})
	}
}

func BenchmarkPonte(b *testing.B) {
	m, house := triage.Default(), triage.House{Rules: triage.DefaultRules()}
	bench(b, func(t string) { m.Read(t, house) })
}

func BenchmarkGovader(b *testing.B) {
	vader := govader.NewSentimentIntensityAnalyzer()
	bench(b, func(t string) { vader.PolarityScores(t) })
}

func BenchmarkWhatlanggo(b *testing.B) {
	bench(b, func(t string) { whatlanggo.DetectLang(t) })
}

func BenchmarkLingua(b *testing.B) {
	detector := newLingua()
	bench(b, func(t string) { detector.DetectLanguageOf(t) })
}
