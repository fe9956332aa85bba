package demo

import (
	"time"

	"ponte/bot"
	"ponte/bot/act"
)

// post is something the brand said on the square.
type post struct {
	id   string
	lang bot.Lang
	text string
	ago  time.Duration
}

var posts = []post{
	{"oat", bot.English, "New from Monday in every café: the oat flat white. Which of our cafés is yours?", 4 * time.Hour},
	{"mayor", bot.Spanish, "Mañana abrimos a las 7:30 en la calle Mayor, con cruasanes recién hechos. ¿Quién viene?", 9 * time.Hour},
	{"panettone", bot.Italian, "Il nostro panettone è tornato. Fino a domenica, una fetta e un caffè a 4 euro.", 26 * time.Hour},
}

// said is something a customer said under a post.
type said struct {
	id, post, to string // to: the id of the comment it answers
	author, text string
	ago          time.Duration
}

var comments = []said{
	{"maria", "oat", "", "Maria Keller", "Waited 25 minutes for a flat white at Station Road this morning, and it was cold. Not what I am used to from you.", 3 * time.Hour},
	{"jonas", "oat", "", "Jonas Weber", "Is the oat milk gluten free? My daughter has coeliac disease and would love to try it.", 35 * time.Minute},
	{"prize", "oat", "", "Prize Team", "Congratulations, you won. Claim your coffee machine at prizes.example before midnight", 2 * time.Hour},
	{"lucia", "mayor", "", "Lucía Fernández", "¿Abrís también los domingos en la calle Mayor?", 100 * time.Minute},
	{"carlos", "mayor", "", "Carlos Peña", "El camarero de la tarde es un encanto. Nos atendió con el carrito del bebé y todo.", 4 * time.Hour},
	{"francesca", "panettone", "", "Francesca Riva", "Ho ordinato due panettoni online ed è arrivata una scatola sola. Ordine 4471. Mi aiutate?", 80 * time.Minute},
	{"marco", "panettone", "", "Marco De Luca", "La fetta a 4 euro vale anche da asporto?", 12 * time.Minute},
}

// incoming is what comes by webhook: reviews, and a direct message.
var incoming = []struct {
	ago  time.Duration
	item act.Incoming
}{
	{150 * time.Minute, act.Incoming{Kind: bot.Review, Remote: "review-88", Rating: 2, Author: bot.Author{ID: "hana", Name: "Hana Suzuki"}, Text: "Lovely coffee, but the step at the Harbour café has no ramp, and nobody could help me in with my wheelchair."}},
	{6 * time.Hour, act.Incoming{Kind: bot.Review, Remote: "review-87", Rating: 5, Author: bot.Author{ID: "paolo", Name: "Paolo Greco"}, Text: "Il miglior cappuccino della stazione, e un sorriso alle sette di mattina."}},
	{20 * time.Minute, act.Incoming{Kind: bot.Direct, Remote: "dm-12", Author: bot.Author{ID: "nadia", Name: "Nadia Haddad", Handle: "nadia.h"}, Text: "Hi, I think I left a grey laptop sleeve at Station Road yesterday around six. Did anybody find it?"}},
}

// deed is something the team does with a conversation, found by its author. A
// deed with note is said in the thread; one with verb is a command there.
type deed struct {
	author string
	by     bot.PersonID
	note   string
	verb   string
	text   string
}

var deeds = []deed{
	{author: "Maria Keller", by: "tom", verb: "take"},
	{author: "Maria Keller", by: "tom", note: "Station Road had two people off sick this morning. I suggest we say so and offer her the next one."},
	{author: "Maria Keller", by: "giulia", note: "Agreed. She has been coming since we opened, be warm."},
	{author: "Maria Keller", by: "tom", verb: "reply", text: "I am sorry, Maria. We were two people short this morning and it showed. Your next flat white is on us: just say hello to Priya at the counter. Tom"},
	{author: "Prize Team", by: "tom", verb: "spam"},
	{author: "Jonas Weber", by: "giulia", verb: "label", text: "allergy"},
	{author: "Jonas Weber", by: "giulia", verb: "priority", text: "high"},
	{author: "Jonas Weber", by: "giulia", note: "Does anybody have the supplier's sheet? I would not answer this one without it."},
	{author: "Lucía Fernández", by: "ana", verb: "reply", text: "Hola, Lucía. Sí, los domingos de 9:00 a 14:00. Te esperamos. Ana"},
	{author: "Carlos Peña", by: "ana", note: "Se lo cuento a Dani, le va a hacer mucha ilusión."},
	{author: "Carlos Peña", by: "ana", verb: "resolve"},
	{author: "Francesca Riva", by: "giulia", verb: "take"},
	{author: "Francesca Riva", by: "giulia", note: "Ho chiesto al magazzino, mi rispondono domattina."},
	{author: "Francesca Riva", by: "giulia", verb: "snooze", text: "tomorrow 9:30"},
	{author: "Paolo Greco", by: "giulia", verb: "resolve"},
}

// answers come after the team's deeds.
var answers = []said{
	{"maria2", "oat", "maria", "Maria Keller", "That is kind, thank you. I will come by on Monday.", 0},
}

var savedReplies = map[string]string{
	"thanks":   "Thank you, {name}. That made our day. {brand}",
	"gracias":  "Gracias, {name}. Nos alegra mucho leerte. {brand}",
	"grazie":   "Grazie, {name}. Ci fa davvero piacere. {brand}",
	"sorry":    "I am sorry, {name}. That is not how it should be. Could you tell us which café it was, and when?",
	"disculpa": "Lo sentimos, {name}. ¿Nos dices en qué local fue y a qué hora?",
}
