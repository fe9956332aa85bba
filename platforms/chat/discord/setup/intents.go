package setup

// Intents are what Discord is asked to tell of, as its pages call them, in the order of
// their bits. They need no switch.
var Intents = []Permission{
	{1 << 0, "Guilds", "know the servers, their channels, threads and roles"},
	{1 << 9, "Guild Messages", "hear that somebody wrote in a channel, and what, where they mention the bot"},
	{1 << 10, "Guild Message Reactions", "hear decisions by reaction"},
	{1 << 12, "Direct Messages", "refuse messages to the bot alone with a word"},
}

// The intents that somebody has to switch on for the app: Discord refuses the connection
// of one that asks for them before. Members is not asked for: that it is switched on lets
// Ponte list who has a role.
var (
	Content = Permission{1 << 15, "Message Content", "hear what is said without mentioning the bot"}
	Members = Permission{1 << 1, "Server Members", "list who has a role"}
)

// Told are the bits of the intents that Discord is asked for; with content, of what is
// said without mentioning the bot as well.
func Told(content bool) (bits int) {
	for _, i := range Intents {
		bits |= int(i.Bit)
	}
	if content {
		bits |= int(Content.Bit)
	}
	return bits
}
