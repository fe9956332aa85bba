// Package aparttest holds Ponte to its first promise: nothing of one brand is ever
// seen by another. It is tests only. One process serves three brands in Slack, in
// Discord and in the console at once, some of them in the same workspace or server,
// and people of all of them do at random whatever can be done there, and forge what
// cannot. All that a brand says or hears carries a mark that only it has; whatever
// anybody is shown is searched for the marks of the others.
//
// APART_SEEDS says how many worlds are tried, APART_FROM with which number they
// begin, and APART_DEEDS how much happens in each.
package aparttest
