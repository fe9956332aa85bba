package postcard_test

import (
	"testing"

	"ponte/bot"
	"ponte/bot/postcard"
)

func TestRule(t *testing.T) {
	for rule, want := range map[string]string{
		"0 9 * * 2":      "series.rule.weekly Days=series.day.tuesday Clock=09:00",
		"30 18 * * *":    "series.rule.daily Clock=18:30",
		"0 9,18 * * *":   "series.rule.daily Clock=09:00, 18:00",
		"0 9 * * 1-5":    "series.rule.workdays Clock=09:00",
		"0 12 * * 1,3,5": "series.rule.weekly Days=series.and A=series.comma A=series.day.monday B=series.day.wednesday B=series.day.friday Clock=12:00",
		"0 10 * * 4-6":   "series.rule.weekly Days=series.and A=series.comma A=series.day.thursday B=series.day.friday B=series.day.saturday Clock=10:00",
		"0 9 1 * *":      "series.rule.monthly Day=1 Clock=09:00",
		"0 * * * *":      "series.rule.hourly",
		"30 * * * *":     "series.rule.hourly_at Minute=30",
		"0 */2 * * *":    "series.rule.hours N=2",
		"*/5 * * * *":    "series.rule.cron Rule=*/5 * * * *",
		"0 9 1 1 *":      "series.rule.cron Rule=0 9 1 1 *",
		"0 9 1 * 2":      "series.rule.cron Rule=0 9 1 * 2",
		"0 9 * * 6-1":    "series.rule.cron Rule=0 9 * * 6-1",
		"0 9 * * mon":    "series.rule.cron Rule=0 9 * * mon",
		"0 */2 * * 1":    "series.rule.cron Rule=0 */2 * * 1",
		"now and then":   "series.rule.cron Rule=now and then",
		"0 9-17 * * 1":   "series.rule.cron Rule=0 9-17 * * 1",
		"99 9 * * *":     "series.rule.cron Rule=99 9 * * *",
		"0 9 32 * *":     "series.rule.cron Rule=0 9 32 * *",
		"0 9 * * 1-5,6":  "series.rule.weekly Days=series.and A=series.comma A=series.comma A=series.comma A=series.comma A=series.day.monday B=series.day.tuesday B=series.day.wednesday B=series.day.thursday B=series.day.friday B=series.day.saturday Clock=09:00",
	} {
		if got := postcard.Rule(&bot.Repeat{Rule: rule}).String(); got != want {
			t.Errorf("%s: got %q, want %q", rule, got, want)
		}
	}
}
