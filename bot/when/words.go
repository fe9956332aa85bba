package when

import "strings"

// A kind is what a phrase can stand for; its number says which.
type kind int

const (
	relative   kind = iota // days from today
	weekday                // a time.Weekday
	month                  // a time.Month
	week                   // the week after this one
	part                   // a part of the day
	todays                 // a part of today
	tomorrows              // a part of tomorrow
	dayTime                // minutes since midnight
	half                   // of the day: the hours before the first
	unit                   // minutes
	number                 // itself
	amount                 // minutes
	later                  // minutes after the hour before it
	past                   // minutes after the hour behind it
	exactly                // follows an hour
	ordinal                // follows a day of the month
	next                   // goes with a weekday; 1 when not today
	at                     // goes before a time
	on                     // goes before a day
	of                     // goes between day, month and year
	in                     // goes before a length of time
	fromNow                // goes behind a length of time
	plus                   // goes between two lengths of time
	every                  // goes before what comes again
	daily                  // every day
	workdays               // Monday to Friday
	weekdaysOf             // a time.Weekday, in the plural
	first                  // day of a month
	ofMonth                // goes behind a day of any month
	through                // goes between the first and the last weekday
)

// Parts of the day.
const (
	morning = 1 + iota
	afternoon
	evening
)

// Units of time, in minutes; months and years only by their order.
const (
	minutes = 1
	hour    = 60
	day     = 24 * hour
	weeks   = 7 * day
	months  = 30 * day
	years   = 365 * day
)

type sense struct {
	kind kind
	n    int
}

// lexicon holds every phrase that is known. Phrases are compared without
// accents; a phrase may have several senses.
var lexicon, vocabulary = index(map[sense]string{
	{relative, 0}: "today|hoy|oggi",
	{relative, 1}: "tomorrow|tmrw|mañana|domani",
	{relative, 2}: "day after tomorrow|pasado mañana|pasado|dopodomani|dopo domani",

	{weekday, 0}: "sunday|sun|domingo|dom|domenica",
	{weekday, 1}: "monday|mon|lunes|lun|lunedì",
	{weekday, 2}: "tuesday|tue|tues|martes|mar|martedì",
	{weekday, 3}: "wednesday|wed|miércoles|mié|mier|mercoledì|mer",
	{weekday, 4}: "thursday|thu|thur|thurs|jueves|jue|giovedì|gio",
	{weekday, 5}: "friday|fri|viernes|vie|venerdì|ven",
	{weekday, 6}: "saturday|sat|sábado|sáb|sabato",

	{month, 1}:  "january|jan|enero|ene|gennaio|gen",
	{month, 2}:  "february|feb|febrero|febbraio",
	{month, 3}:  "march|mar|marzo",
	{month, 4}:  "april|apr|abril|abr|aprile",
	{month, 5}:  "may|mayo|maggio|mag",
	{month, 6}:  "june|jun|junio|giugno|giu",
	{month, 7}:  "july|jul|julio|luglio|lug",
	{month, 8}:  "august|aug|agosto|ago",
	{month, 9}:  "september|sep|sept|septiembre|setiembre|settembre|set",
	{month, 10}: "october|oct|octubre|ottobre|ott",
	{month, 11}: "november|nov|noviembre|novembre",
	{month, 12}: "december|dec|diciembre|dic|dicembre",

	{week, 1}: "next week|próxima semana|semana próxima|semana que viene|settimana prossima|prossima settimana",

	{part, morning}: "morning|in the morning|por la mañana|de la mañana|en la mañana|a la mañana|" +
		"mattina|mattino|di mattina|della mattina|del mattino|in mattinata|al mattino|la mattina",
	{part, afternoon}: "afternoon|in the afternoon|tarde|por la tarde|de la tarde|en la tarde|a la tarde|" +
		"pomeriggio|di pomeriggio|del pomeriggio|nel pomeriggio|il pomeriggio",
	{part, evening}: "evening|in the evening|night|at night|noche|por la noche|de la noche|en la noche|a la noche|" +
		"sera|di sera|della sera|in serata|la sera",
	{todays, morning}:    "this morning|esta mañana|stamattina|stamani|questa mattina",
	{todays, afternoon}:  "this afternoon|esta tarde|questo pomeriggio",
	{todays, evening}:    "tonight|this evening|esta noche|stasera|questa sera",
	{tomorrows, morning}: "domattina",
	{dayTime, 12 * hour}: "noon|midday|mediodía|mezzogiorno",
	{dayTime, 24 * hour}: "midnight|medianoche|mezzanotte",
	{half, 0}:            "am|a m|de la madrugada",
	{half, 12}:           "pm|p m|del mediodía",

	{unit, minutes}: "m|min|mins|minute|minutes|minuto|minutos|minuti",
	{unit, hour}:    "h|hs|hr|hrs|hour|hours|hora|horas|ora|ore",
	{unit, day}:     "d|day|days|día|días|giorno|giorni|g|gg",
	{unit, weeks}:   "w|wk|wks|week|weeks|semana|semanas|sem|settimana|settimane",
	{unit, months}:  "month|months|mes|meses|mese|mesi",
	{unit, years}:   "y|year|years|año|años|anno|anni",

	{number, 1}:  "a|an|one|un|una|uno",
	{number, 2}:  "two|dos|due",
	{number, 3}:  "three|tres|tre",
	{number, 4}:  "four|cuatro|quattro",
	{number, 5}:  "five|cinco|cinque",
	{number, 6}:  "six|seis|sei",
	{number, 7}:  "seven|siete|sette",
	{number, 8}:  "eight|ocho|otto",
	{number, 9}:  "nine|nueve|nove",
	{number, 10}: "ten|diez|dieci",
	{number, 11}: "eleven|once|undici",
	{number, 12}: "twelve|doce|dodici",
	{number, 15}: "fifteen|quince|quindici",
	{number, 20}: "twenty|veinte|venti",
	{number, 30}: "thirty|treinta|trenta",

	{amount, 30}: "half an hour|half hour|media hora|mezz'ora|mezzora",
	{amount, 15}: "quarter of an hour|a quarter of an hour|un cuarto de hora|un quarto d'ora",
	{later, 30}:  "and a half|y media|e mezza|e mezzo",
	{later, 15}:  "y cuarto|e un quarto",
	{later, -15}: "menos cuarto|meno un quarto",
	{past, 30}:   "half past",
	{past, 15}:   "quarter past|a quarter past",
	{past, -15}:  "quarter to|a quarter to",
	{exactly, 0}: "o'clock|sharp|en punto|in punto",
	{ordinal, 0}: "st|nd|rd|th|º|ª|o",
	{next, 0}:    "this|este|esta|questo|questa",
	{next, 1}:    "next|coming|the coming|próximo|próxima|que viene|prossimo|prossima",

	{at, 0}:      "at|a|a las|a la|al|las|la|alle|alle ore|ore|all'|le",
	{on, 0}:      "on|for|on the|the|el|los|la|del|de|de la|el día|of|il|lo|di|della|dell'|para|para el|per",
	{of, 0}:      "of|de|del|di",
	{in, 0}:      "in|en|dentro de|tra|fra",
	{fromNow, 0}: "from now|desde ahora|da ora|da adesso",
	{plus, 0}:    "and|y|e",

	{every, 0}: "every|each|cada|todos los|todas las|todos|todas|ogni|tutti i|tutte le|tutti gli|tutte|tutti|i|gli|from|desde|da|dal|dalla|nei|nelle",
	{daily, 0}: "daily|a diario|diariamente|quotidianamente",
	{workdays, 0}: "weekday|weekdays|workday|workdays|working day|working days|día laborable|días laborables|laborables|" +
		"día hábil|días hábiles|entre semana|giorno feriale|giorni feriali|feriali|giorno lavorativo|giorni lavorativi",
	{weekdaysOf, 0}: "sundays|suns|domingos|domeniche",
	{weekdaysOf, 1}: "mondays|mons|lunedi",
	{weekdaysOf, 2}: "tuesdays|tues|martedi",
	{weekdaysOf, 3}: "wednesdays|weds",
	{weekdaysOf, 4}: "thursdays|thurs",
	{weekdaysOf, 5}: "fridays|fris",
	{weekdaysOf, 6}: "saturdays|sats|sábados|sabati",
	{first, 1}:      "first|primero|primer|primo",
	{ofMonth, 0}: "of the month|of each month|of every month|each month|every month|a month|monthly|" +
		"del mes|de cada mes|cada mes|de todos los meses|al mes|del mese|di ogni mese|ogni mese|al mese",
	{through, 0}: "to|through|thru|till|until|a|al|hasta|hasta el|fino a|fino al",
})

// longestPhrase is the most tokens a phrase has.
const longestPhrase = 5

// index lists the senses by phrase, its tokens joined by spaces, and the tokens
// of all phrases.
func index(rows map[sense]string) (lexicon map[string][]sense, vocabulary map[string]bool) {
	lexicon, vocabulary = map[string][]sense{}, map[string]bool{}
	for meaning, phrases := range rows {
		for phrase := range strings.SplitSeq(phrases, "|") {
			var texts []string
			for _, t := range lex(phrase) {
				texts = append(texts, t.text)
				vocabulary[t.text] = true
			}
			key := strings.Join(texts, " ")
			lexicon[key] = append(lexicon[key], meaning)
		}
	}
	return lexicon, vocabulary
}
