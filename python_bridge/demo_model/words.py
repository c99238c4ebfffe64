"""Word lists of our own from which every training text is made."""

import random

NOUNS = """account action address agent alias angle answer app archive array asset author backup badge banner base batch
block board body book border bottle branch bread bridge budget buffer build button cache calendar camera canvas card
cart case center chain change channel chapter chart check choice circle city class client clock cloud cluster code
color column command comment commit config contact content context cookie copy corner cost counter country course
cover crash credit cursor customer cycle data date day deal debug default demo design desk detail device dialog
diagram dinner disk doc document domain door draft driver edge editor effect engine entry error event example export
factor family feature fetch field figure file filter flag flight floor flow folder font footer form format forest
frame function garden gate glass graph grid group guide handler hash header heart helper history home hook host hotel
house image import index info input invoice island issue item job journal kernel key kitchen label lake language
layer layout ledger letter level library license light limit line link list loader log login logo loop machine mail
main manager map market mask matrix member memory menu message meter method metric migration mirror mode model module
money monitor month morning mountain mouse music name network node note notes notice number object office option
order origin output owner package page paper parent parser part party patch path pattern payment people phone
picture piece pilot pipe plan planet plant player plugin point policy pool port post price printer problem process
product profile program project prompt proof proxy pull push query question queue radio rate reader record region
release remote report request reset resource response result review river road robot role room root route router
row rule sample scale scene schema school score screen script search season section sensor server service session
setting setup shape shell shop signal site sketch slide smoke socket song source space spec split staff stage star
start state station status step storage store story stream street string student style subject summary sun switch
symbol system table tag target task team template term test text theme theory thread ticket time title token tool
topic tower trace track traffic train travel tree trip type union unit update upload user util value vector vendor
version video view village vision voice wallet water wave weather web week widget window winter wire word work
worker world writer year zone""".split()

VERBS = """add ask break bring build call change check choose clean close compare connect copy count create cut debug
delete deploy describe design draw drop edit explain export extend fetch find finish fix follow format generate give
grow handle help import improve install join keep learn leave list load look make merge mock move name optimize order
pack parse pick plan play print publish push put refactor remove rename repair replace reset resolve review rewrite
save search select sell send set share shorten show simplify solve sort split start stop store summarize support
switch take teach test translate try turn update upgrade use validate verify wait watch write""".split()

ADJECTIVES = """bad best better big blue broken busy cheap clean clear cold common correct cute dark dead deep different
dirty double dry dull early easy empty exact expensive fair famous fast final fine first flat free fresh full
general global good great green happy hard heavy high hot huge important initial internal kind large last late lazy
left light local long loud low lucky main manual minor missing modern narrow native new next nice normal odd old open
pale perfect plain poor possible private proper public pure quick quiet random rare raw ready real recent red rich
right rough round safe same secret sharp short silent simple slow small smart smooth soft solid special stable strange
strict strong sweet tall thick thin tiny tired total true typical unique useful valid vast visible warm weak wet
white whole wide wild wise wrong young""".split()

GLUE = """the a an of to in on at by for from with about after before under over between into through without and or
but if when while because so that this these those it its is are was were be been has have had do does did not no
can could should would will may must only also very more most less each every all some any other than then there
here now just even still again always never often you your we our they their he she his her i my me us them""".split()

PROPER = """Anna Berlin Brazil Canada Carlos China Cairo Denmark Egypt Emma France Germany Greece Hanoi India Italy
Jakarta Japan Java John Kenya Lima Linux London Madrid Maria Mars Mexico Moon Monday Nairobi Norway Oslo Paris Peru
Poland Prague Python Rome Rust Spain Sunday Sweden Swift Tokyo Turkey Vienna""".split()

EXTENSIONS = """py ts md json txt rs go c js toml yaml yml html css tsx jsx sh csv lock cfg ini log xml sql java kt rb
php h cpp hpp swift env conf proto ipynb svg test.ts spec.js test.tsx d.ts tar.gz mjs cjs vue lua""".split()

ALL = NOUNS + VERBS + ADJECTIVES + GLUE


def choices(text: str) -> list[str]:
    """Phrases between bars. Breaks of lines do not count."""
    return text.replace("\n", "").split("|")


def sentence(rng: random.Random, least: int = 4, most: int = 14) -> str:
    """A made-up English-looking sentence of `least` to `most` words."""
    kinds = [GLUE, GLUE, NOUNS, NOUNS, ADJECTIVES, VERBS]
    words = [rng.choice(rng.choice(kinds)) for _ in range(rng.randint(least, most))]
    if rng.random() < 0.15:
        words[rng.randrange(len(words))] = rng.choice(PROPER)
    if rng.random() < 0.15:
        words[rng.randrange(len(words))] = str(rng.randint(0, 2030))
    text = " ".join(words)
    if rng.random() < 0.3:
        text = text.replace(" ", ", ", 1)
    return text[0].upper() + text[1:] + rng.choice(".....!?:")
