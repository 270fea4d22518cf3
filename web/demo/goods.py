"""What the demo shop sells. Colours are (name in the shop, cloth in the drawing[, second colour])."""

QUAI, LOOM, OSTRAND, HALDEN = "Petit Quai", "Lune & Tidewell", "Ostrand", "Halden Works"

ALPHA = ["XS", "S", "M", "L", "XL"]
MID = ["S", "M", "L", "XL"]
DRESS = ["34", "36", "38", "40", "42"]
WAIST = ["28", "30", "32", "34", "36"]
SHOE_W, SHOE = ["36", "37", "38", "39", "40", "41"], ["39", "40", "41", "42", "43", "44", "45"]

COTTON = ["Machine wash at 40 degrees with like colours", "Dry on a line", "Iron warm while still damp"]
JERSEY = ["Machine wash at 30 degrees, inside out", "Reshape and dry flat or on a line", "Warm iron, not over the seams"]
LINEN = ["Machine wash at 30 degrees, gentle spin", "Hang to dry; it softens with each wash", "Iron damp, or leave the creases"]
SILK = ["Hand wash cool with silk detergent, or dry clean", "Roll in a towel, never wring", "Iron on the reverse at silk setting"]
KNIT = ["Air between wears; it needs washing rarely", "Hand wash cool or wool cycle, dry flat", "Fold, don't hang"]
WOOL = ["Brush after wear and rest on a broad hanger", "Dry clean once a season", "Steam, don't press"]
DENIM = ["Wash seldom, cold and inside out", "The first washes may bleed: keep them apart", "Line dry"]
TECH = ["Machine wash at 30 degrees, zip closed", "No fabric softener", "Tumble dry low to restore the loft"]
LEATHER = ["Wipe with a dry cloth", "Feed with neutral cream twice a year", "Keep from radiators and direct sun"]
SUEDE = ["Brush along the nap when dry", "Treat with a water repellent before first wear", "Let it dry slowly, stuffed with paper"]
CANVAS = ["Spot clean with soap and cool water", "Air dry", "Do not bleach"]

PRODUCTS = []


def add(title, vendor, kind_of_goods, price, grams, drawing, colours, story, facts, care, *, tags, sizes=ALPHA,
        lengths=None, was=None, views=("front", "detail", "flat"), backorder=False):
    kind, *attributes = drawing.split(",")
    PRODUCTS.append({
        "title": title, "vendor": vendor, "type": kind_of_goods, "price": price, "was": was, "grams": grams,
        "drawing": {"kind": kind} | dict(a.split("=") for a in attributes),
        "colours": [{"name": c[0], "cloth": c[1]} | ({"accent": c[2]} if len(c) > 2 else {}) for c in colours],
        "story": story, "facts": facts, "care": care, "tags": tags.split(), "sizes": sizes, "lengths": lengths,
        "views": list(views), "backorder": backorder,
    })


# ---- Shirts -------------------------------------------------------------------------------------------------

add("Oxford Button-Down Shirt", QUAI, "Shirts", 89, 290, "shirt,collar=button-down,fabric=oxford",
    [("Sky", "sky"), ("White", "white"), ("Blush", "blush")],
    "The weekday shirt, in a basket-weave Oxford that is washed once before it is cut so the fit you try is the fit you "
    "keep. The collar has an unfused roll and stays put under knitwear.",
    ["155 g/m² cotton Oxford, woven in Guimarães", "Regular fit with a box pleat at the back yoke", "Trocas shell buttons, 18 stitches to the inch"],
    COTTON, tags="men workwear", views=("front", "detail", "flat", "back"))
add("Poplin Spread-Collar Shirt", QUAI, "Shirts", 79, 240, "shirt,cut=slim",
    [("White", "white"), ("Lilac", "lilac"), ("Midnight", "midnight")],
    "A plain poplin that goes under a jacket without bunching. Cut close through the waist, with a tail long enough to stay tucked in.",
    ["115 g/m² two-ply cotton poplin from Lombardy", "Slim fit, darted back", "Split yoke, removable collar stays"],
    COTTON, tags="men workwear")
add("Bengal Stripe Shirt", QUAI, "Shirts", 85, 240, "shirt,pattern=stripe",
    [("Blue Stripe", "white", "blue"), ("Rust Stripe", "ivory", "rust")],
    "Even stripes, woven rather than printed, matched across the placket and the pocket. Worn open over a T-shirt or buttoned to the neck.",
    ["120 g/m² yarn-dyed cotton poplin", "Regular fit", "Pattern matched at front, pocket and yoke"],
    COTTON, tags="men women new")
add("Camp-Collar Linen Shirt", HALDEN, "Shirts", 95, 220, "shirt,collar=camp,sleeve=short,fabric=linen",
    [("Terracotta", "terracotta"), ("Sage", "sage"), ("Ecru", "ecru")],
    "Short sleeves, a flat open collar and a straight hem made to be worn out. The linen is garment dyed, so seams fade a little ahead of the rest.",
    ["170 g/m² European flax, woven in Lithuania", "Easy through the body, side vents", "Coconut-shell buttons"],
    LINEN, tags="men holiday", sizes=MID, views=("front", "detail", "flat", "back"))
add("Grandad-Collar Linen Shirt", HALDEN, "Shirts", 92, 250, "shirt,collar=band,fabric=linen",
    [("Stone", "stone"), ("Indigo", "indigo")],
    "A narrow stand in place of a collar and nothing else to fuss about. Good with sleeves rolled, better after ten washes.",
    ["185 g/m² linen, enzyme washed", "Regular fit, shirt-tail hem", "Sleeve tab to hold a roll"],
    LINEN, tags="men holiday", sizes=MID)
add("Brushed Flannel Check Shirt", HALDEN, "Shirts", 98, 360, "shirt,cut=relaxed,pattern=check,fabric=flannel",
    [("Forest Check", "forest"), ("Burgundy Check", "burgundy")],
    "Brushed on both faces until it feels like the third winter you own it. Roomy enough for a jersey underneath.",
    ["210 g/m² cotton flannel from northern Portugal", "Relaxed fit, dropped shoulder", "Two-button cuffs"],
    COTTON, tags="men new", sizes=MID)
add("Chambray Work Shirt", HALDEN, "Shirts", 95, 310, "shirt,fabric=denim",
    [("Mid Blue", "blue"), ("Dark Indigo", "indigo")],
    "Six-ounce chambray with the chain-stitched seams of a work shirt. Fades at the elbows and pocket edges in about a year.",
    ["6 oz cotton chambray, selvedge at the placket", "Regular fit", "Copper thread, felled seams throughout"],
    DENIM, tags="men denim workwear", sizes=MID)
add("Gingham Short-Sleeve Shirt", QUAI, "Shirts", 55, 210, "shirt,sleeve=short,pattern=gingham",
    [("Navy Gingham", "white"), ("Red Gingham", "white", "red")],
    "A one-centimetre gingham with a neat collar and sleeves that end above the elbow. The last of the summer run.",
    ["118 g/m² yarn-dyed cotton", "Regular fit, curved hem", "Made in Porto"],
    COTTON, tags="men last-chance holiday", sizes=MID, was=79)

# ---- Blouses ------------------------------------------------------------------------------------------------

add("Silk Tie-Neck Blouse", QUAI, "Blouses", 165, 150, "blouse,collar=tie",
    [("Ivory", "ivory"), ("Berry", "berry")],
    "Sand-washed silk with a tie that knots as a bow or hangs as a scarf. The cuffs are deep and close with three covered buttons.",
    ["16 momme silk crêpe de Chine", "Gathered sleeve, straight body", "French seams, so it is as neat inside"],
    SILK, tags="women workwear new", sizes=DRESS, views=("front", "detail", "flat", "back"))
add("V-Neck Silk Blouse", QUAI, "Blouses", 95, 140, "blouse",
    [("Blush", "blush"), ("Midnight", "midnight")],
    "A pull-on blouse with a faced V and no buttons at all. Falls straight from a small gather below the shoulder.",
    ["Silk satin, matt side out, 19 momme", "Easy fit, side vents", "Sewn in Łódź"],
    SILK, tags="women last-chance", sizes=DRESS, was=139)
add("Round-Collar Poplin Blouse", QUAI, "Blouses", 85, 190, "blouse,collar=round,fabric=poplin",
    [("White", "white"), ("Sky", "sky")],
    "A flat rounded collar, edge-stitched twice. Crisp from the line, a little softer by noon.",
    ["125 g/m² organic cotton poplin", "Regular fit, gathered cuff", "Mother-of-pearl buttons"],
    COTTON, tags="women workwear", sizes=DRESS)
add("Meadow Print Blouse", QUAI, "Blouses", 129, 160, "blouse,collar=band,pattern=floral",
    [("Midnight Floral", "midnight"), ("Ivory Floral", "ivory", "berry")],
    "Drawn from hedgerow flowers pressed in a 1930s album, then screen-printed in five colours. The neck is a narrow stand with a keyhole.",
    ["Silk twill, 14 momme, printed in Como", "Full sleeve, regular body", "Covered buttons"],
    SILK, tags="women new", sizes=DRESS)

# ---- T-shirts and polos ---------------------------------------------------------------------------------------

add("Heavyweight T-Shirt", HALDEN, "T-shirts", 35, 230, "t-shirt",
    [("White", "white"), ("Black", "black"), ("Olive", "olive"), ("Stone", "stone")],
    "Dense cotton that hangs straight and does not go see-through. The ribbed neck is sewn with elastane so it comes back after the wash.",
    ["220 g/m² combed cotton jersey", "Regular fit, knitted in the round without side seams", "Pre-shrunk"],
    JERSEY, tags="men women basics", views=("front", "detail", "flat", "back"))
add("Breton Boat-Neck Top", QUAI, "T-shirts", 59, 260, "t-shirt,collar=boat,sleeve=long,pattern=breton",
    [("Ecru Stripe", "ecru"), ("Navy Stripe", "navy"), ("Red Stripe", "white", "red")],
    "Fourteen stripes, a wide neck and sleeves that were always meant to be pushed up. Knitted as it was for fishermen, only softer.",
    ["240 g/m² cotton interlock from Brittany", "Straight fit, split hem", "Stripes matched at the side seam"],
    JERSEY, tags="women basics new", views=("front", "detail", "flat", "back"))
add("Relaxed Linen T-Shirt", HALDEN, "T-shirts", 49, 170, "t-shirt,collar=v-neck,cut=relaxed,fabric=linen",
    [("Sage", "sage"), ("White", "white")],
    "Linen jersey is light and dries while you have lunch. Boxy, with a shallow V.",
    ["160 g/m² linen jersey", "Relaxed fit, dropped shoulder", "Knitted and sewn in Vilnius"],
    LINEN, tags="men women holiday")
add("Ribbed Scoop-Neck T-Shirt", QUAI, "T-shirts", 39, 150, "t-shirt,collar=scoop,cut=slim,fabric=rib",
    [("Ivory", "ivory"), ("Cognac", "cognac"), ("Black", "black")],
    "A fine 2x2 rib that follows the body without squeezing it. Long enough to tuck.",
    ["190 g/m² cotton with 5 % elastane", "Close fit", "Bound neck, no label inside"],
    JERSEY, tags="women basics")
add("Piqué Polo Shirt", HALDEN, "Polo shirts", 69, 250, "polo",
    [("Navy", "navy"), ("White", "white"), ("Forest", "forest")],
    "Honeycomb piqué, a knitted collar that does not curl and two buttons. No crest.",
    ["200 g/m² organic cotton piqué", "Regular fit, side vents", "Ribbed cuffs"],
    JERSEY, tags="men basics", sizes=MID)
add("Merino Long-Sleeve Polo", LOOM, "Knitwear", 119, 280, "polo,sleeve=long,fabric=merino",
    [("Charcoal", "charcoal"), ("Burgundy", "burgundy")],
    "Wear it where a shirt is too much and a T-shirt too little. Fine-gauge merino that goes under a blazer.",
    ["Extra-fine merino, 18.5 micron, 14 gauge", "Regular fit", "Fully fashioned in the Scottish Borders"],
    KNIT, tags="men workwear", sizes=MID)

# ---- Knitwear and sweats ----------------------------------------------------------------------------------------

add("Merino Crew-Neck Jumper", LOOM, "Knitwear", 110, 290, "jumper",
    [("Navy", "navy"), ("Ochre", "ochre"), ("Grey", "grey"), ("Berry", "berry")],
    "The jumper the label started with: fine merino, a clean crew neck, ribs that hold. Light enough for all but a heatwave.",
    ["Extra-fine merino, 19 micron, 12 gauge", "Regular fit, linked by hand at the neck", "Traceable to three farms in Otago"],
    KNIT, tags="men women basics", views=("front", "detail", "flat", "back"))
add("Aran Roll-Neck Jumper", LOOM, "Knitwear", 185, 780, "jumper,collar=roll,fabric=cable",
    [("Ivory", "ivory"), ("Forest", "forest")],
    "Honeycomb and rope cables in undyed five-ply, knitted so tightly that wind has to think twice. It weighs most of a kilo.",
    ["100 % British wool, 5-ply, 5 gauge", "Regular fit, fold-over neck", "Eleven hours on the machine, four by hand"],
    KNIT, tags="women men new", sizes=MID, views=("front", "detail", "flat", "back"))
add("Fair Isle Jumper", LOOM, "Knitwear", 175, 520, "jumper,pattern=fair-isle,fabric=lambswool",
    [("Navy", "navy"), ("Rust", "rust")],
    "Stranded colourwork after a 1921 pattern card from Lerwick, worked across body and sleeves without a break in the rhythm.",
    ["Shetland-type lambswool, 7 gauge", "Regular fit", "Yarn dyed before spinning for a heathered ground"],
    KNIT, tags="men women new", sizes=MID)
add("Lambswool V-Neck Jumper", LOOM, "Knitwear", 89, 420, "jumper,collar=v-neck,fabric=lambswool",
    [("Burgundy", "burgundy"), ("Slate", "slate")],
    "A V deep enough to show a collar and narrow enough to wear without one. Milled lightly after knitting for a soft hand.",
    ["Geelong lambswool, 7 gauge", "Regular fit", "Made in Hawick"],
    KNIT, tags="men last-chance", sizes=MID, was=125)
add("Boat-Neck Cotton Jumper", QUAI, "Knitwear", 98, 430, "jumper,collar=boat,cut=relaxed,fabric=rib",
    [("Ecru", "ecru"), ("Sky", "sky")],
    "Heavy ribbed cotton for evenings by the water. Wide at the neck, loose in the sleeve.",
    ["Combed cotton, 7 gauge, 430 g in size M", "Relaxed fit, dropped shoulder", "Machine washable"],
    JERSEY, tags="women holiday", sizes=["XS", "S", "M", "L"])
add("Shawl-Collar Cardigan", LOOM, "Knitwear", 210, 860, "cardigan,collar=shawl,cut=relaxed,fabric=cable",
    [("Camel", "camel"), ("Charcoal", "charcoal")],
    "A coat for indoors: thick cables, patch pockets at the right height and a collar that turns up. Five horn buttons.",
    ["Lambswool and camel hair, 5 gauge", "Relaxed fit", "Pockets lined in cotton drill"],
    KNIT, tags="men new", sizes=MID, views=("front", "detail", "flat", "back"))
add("Fine Merino Cardigan", LOOM, "Knitwear", 129, 270, "cardigan",
    [("Rose", "rose"), ("Sage", "sage"), ("Midnight", "midnight")],
    "Buttons high or hangs open; the ribbed front band is knitted in one with the neck so it lies flat either way.",
    ["Extra-fine merino, 14 gauge", "Regular fit, hip length", "Corozo buttons, dyed to match"],
    KNIT, tags="women workwear", sizes=["XS", "S", "M", "L"])
add("Lambswool Crew Cardigan", LOOM, "Knitwear", 135, 410, "cardigan,collar=crew,fabric=lambswool",
    [("Red", "red"), ("Grey", "grey")],
    "Seven buttons from hem to neck. Worn closed it is a jumper with a good front.",
    ["Two-ply lambswool, 8 gauge", "Regular fit, slightly short", "Knitted in Barcelos"],
    KNIT, tags="women", sizes=["XS", "S", "M", "L"])
add("Loopback Sweatshirt", HALDEN, "Sweatshirts", 79, 480, "sweatshirt",
    [("Grey Melange", "grey"), ("Navy", "navy"), ("Sage", "sage")],
    "Knitted slowly on loopwheel frames, which is why it has no side seams and keeps its shape. The V at the neck is there to catch sweat; we kept it.",
    ["410 g/m² loopback cotton", "Regular fit", "Ribbed side gussets, flatlocked seams"],
    JERSEY, tags="men women basics", views=("front", "detail", "flat", "back"))
add("Heavy Hooded Sweatshirt", HALDEN, "Sweatshirts", 95, 640, "hoodie",
    [("Charcoal", "charcoal"), ("Ecru", "ecru"), ("Forest", "forest")],
    "A double-layer hood that stands up by itself and a pocket deep enough for cold hands and a paperback.",
    ["480 g/m² brushed-back organic cotton", "Roomy fit", "Metal eyelets, flat cotton cord"],
    JERSEY, tags="men women basics", sizes=MID, views=("front", "detail", "flat", "back"))

# ---- Coats and jackets --------------------------------------------------------------------------------------------

add("Single-Breasted Overcoat", OSTRAND, "Coats", 395, 1650, "coat",
    [("Camel", "camel"), ("Charcoal", "charcoal")],
    "Three buttons, a notch lapel and a back vent. Cut with enough room in the armhole to go over a jacket.",
    ["620 g/m² wool with 10 % cashmere, woven in Prato", "Regular fit, knee length", "Half lined in cupro, inside pocket"],
    WOOL, tags="men women new", sizes=MID, views=("front", "detail", "flat", "back"))
add("Shawl Wrap Coat", OSTRAND, "Coats", 420, 1720, "coat,collar=shawl,length=long,cut=wrap",
    [("Stone", "stone"), ("Chocolate", "chocolate")],
    "Double-faced wool, joined by hand so that there is no lining to hide behind. Ties with a long belt; reaches mid-calf.",
    ["700 g/m² double-face virgin wool", "Easy fit, raglan-like shoulder", "Hand-finished edges, two slant pockets"],
    WOOL, tags="women new", sizes=["XS", "S", "M", "L"], views=("front", "detail", "flat", "back"))
add("Wool Pea Coat", OSTRAND, "Coats", 295, 1580, "coat,length=short,cut=double",
    [("Navy", "navy")],
    "Melton so dense that the edges are left raw. Six buttons, convertible collar, warm at sea and at bus stops.",
    ["780 g/m² wool melton", "Regular fit, hip length", "Corduroy-lined hand pockets"],
    WOOL, tags="men", sizes=MID)
add("Funnel-Neck Herringbone Coat", OSTRAND, "Coats", 345, 1490, "coat,collar=funnel,pattern=herringbone",
    [("Slate Herringbone", "slate"), ("Forest Herringbone", "forest")],
    "Buttons to a tall collar that does away with the scarf. Cut to order from the same Yorkshire cloth, so there may be a short wait.",
    ["560 g/m² Yorkshire wool herringbone", "Straight fit, knee length", "Fully lined; made within three weeks of your order"],
    WOOL, tags="women new", sizes=["XS", "S", "M", "L"], backorder=True)
add("Cotton Gabardine Trench", OSTRAND, "Coats", 289, 1120, "trench",
    [("Sand", "sand"), ("Navy", "navy")],
    "Storm flap, throat latch, belt: everything a trench had in 1914 except the map rings. The gabardine is woven tight and proofed, not coated.",
    ["270 g/m² cotton gabardine, DWR finish without fluorocarbons", "Regular fit, over the knee", "Buttoned back vent, horn buttons"],
    WOOL, tags="women men", views=("front", "detail", "flat", "back"))
add("Nylon Bomber Jacket", HALDEN, "Jackets", 179, 690, "bomber",
    [("Olive", "olive"), ("Black", "black")],
    "Flight-jacket lines in recycled nylon with a satin face. Rust-coloured lining, for those who leave it open.",
    ["Recycled nylon twill, 80 g/m² wadding", "Regular fit, ribbed hem and cuffs", "Two-way zip, two inside pockets"],
    TECH, tags="men women", sizes=MID, views=("front", "detail", "flat", "back"))
add("Suede Blouson", OSTRAND, "Jackets", 389, 1180, "bomber,fabric=suede",
    [("Tan", "tan"), ("Chocolate", "chocolate")],
    "Goat suede, soft from the first day, with ribs in merino. Each panel is matched by eye, so no two are quite alike.",
    ["Goat suede, 0.7 mm, tanned in Tuscany", "Regular fit", "Cotton lining, two welt pockets"],
    SUEDE, tags="men new", sizes=MID)
add("Quilted Gilet", HALDEN, "Jackets", 139, 420, "gilet",
    [("Rust", "rust"), ("Navy", "navy")],
    "The layer between a jumper and the weather. Packs into its own pocket.",
    ["Recycled ripstop nylon, 100 g/m² recycled fill", "Regular fit, stand collar", "Two zipped hand pockets"],
    TECH, tags="men women", sizes=MID)
add("Denim Trucker Jacket", HALDEN, "Jackets", 145, 820, "denim-jacket",
    [("Indigo", "indigo"), ("Black", "black")],
    "Pointed yoke flaps, V-stitched front, six brass buttons. Left unwashed so that the creases it gets are yours.",
    ["13.5 oz selvedge denim from Okayama", "Regular fit, hits the hip", "Side adjusters, chain-stitched hem"],
    DENIM, tags="men women denim", views=("front", "detail", "flat", "back"))
add("Corduroy Overshirt", HALDEN, "Jackets", 109, 720, "denim-jacket,fabric=corduroy",
    [("Camel", "camel"), ("Olive", "olive")],
    "Eight-wale corduroy in the shape of a trucker. A jacket in September, a mid-layer in January.",
    ["320 g/m² cotton corduroy, 8 wale", "Regular fit", "Brass buttons, two chest pockets"],
    COTTON, tags="men last-chance", sizes=MID, was=155)

# ---- Tailoring -----------------------------------------------------------------------------------------------------

add("Hopsack Blazer", OSTRAND, "Blazers", 295, 830, "blazer",
    [("Navy", "navy"), ("Charcoal", "charcoal")],
    "Open-weave hopsack breathes and shrugs off creases, so it travels rolled. Half canvassed, with a soft shoulder.",
    ["270 g/m² worsted hopsack from Biella", "Regular fit, two buttons, double vent", "Half lined; working cuff buttons"],
    WOOL, tags="men workwear", sizes=["46", "48", "50", "52", "54"], views=("front", "detail", "flat", "back"))
add("Herringbone Tweed Blazer", OSTRAND, "Blazers", 320, 980, "blazer,pattern=herringbone,fabric=tweed",
    [("Bark", "taupe", "chocolate"), ("Slate", "slate", "midnight")],
    "Cloth from a mill that has stood on the same river since 1772. Flecked with the colours of the hill behind it.",
    ["430 g/m² pure new wool tweed", "Regular fit, two buttons", "Throat tab, lined in viscose twill"],
    WOOL, tags="men new", sizes=["46", "48", "50", "52", "54"])
add("Double-Breasted Blazer", OSTRAND, "Blazers", 310, 900, "blazer,collar=peak,cut=double",
    [("Midnight", "midnight"), ("Ivory", "ivory")],
    "Six buttons, peak lapels, and a line that narrows to the waist. Wear it as a jacket or as the whole idea.",
    ["260 g/m² wool crêpe", "Fitted waist, long line", "Fully lined in cupro"],
    WOOL, tags="women workwear new", sizes=DRESS, views=("front", "detail", "flat", "back"))
add("Unlined Linen Blazer", OSTRAND, "Blazers", 169, 560, "blazer,fabric=linen",
    [("Sand", "sand"), ("Sage", "sage")],
    "No lining, no padding, seams bound in cotton tape. It wrinkles by noon, and is meant to.",
    ["240 g/m² Irish linen", "Easy fit, two buttons", "Patch-free welt pockets"],
    LINEN, tags="men last-chance holiday", sizes=["46", "48", "50", "52"], was=240)

# ---- Dresses and skirts -----------------------------------------------------------------------------------------------

add("Floral Wrap Dress", QUAI, "Dresses", 159, 320, "dress,collar=v-neck,sleeve=long,cut=wrap,pattern=floral,fabric=silk",
    [("Forest Floral", "forest"), ("Midnight Floral", "midnight")],
    "A true wrap, tied at the waist, with a hidden snap where you will be glad of it. The skirt is cut on the half-circle.",
    ["Silk crêpe, 16 momme, printed in Como", "Adjustable waist, midi length", "Side slit for the tie, French seams"],
    SILK, tags="women new", sizes=DRESS, views=("front", "detail", "flat", "back"))
add("Linen Day Dress", QUAI, "Dresses", 129, 390, "dress,fabric=linen",
    [("Terracotta", "terracotta"), ("Ecru", "ecru"), ("Teal", "teal")],
    "Fitted above, full below, pockets in between. Short sleeves and a plain neck, so it takes a scarf or nothing.",
    ["190 g/m² European linen", "Waist seam, midi length, side zip", "Deep pockets in the side seams"],
    LINEN, tags="women holiday", sizes=DRESS)
add("Bias Slip Dress", QUAI, "Dresses", 199, 210, "dress,collar=scoop,sleeve=none,length=long,cut=slim,fabric=silk",
    [("Stone", "stone"), ("Burgundy", "burgundy"), ("Black", "black")],
    "Cut on the bias from a heavy satin, so it moves with you rather than against. Straps adjust at the back.",
    ["22 momme silk satin", "Skims the body, ankle length", "Narrow hand-rolled hem"],
    SILK, tags="women", sizes=DRESS)
add("Dotted Shirt Dress", QUAI, "Dresses", 139, 360, "dress,collar=spread,sleeve=long,pattern=dot",
    [("Navy Dot", "navy"), ("Berry Dot", "berry")],
    "Shirt above, skirt below, nine buttons in a row. The dots are woven in, so they look the same from inside.",
    ["120 g/m² cotton voile dobby", "Fitted waist, midi length", "Pockets in the side seams"],
    COTTON, tags="women workwear", sizes=DRESS)
add("Pleated Jersey Dress", QUAI, "Dresses", 98, 380, "dress,collar=v-neck,cut=pleated,fabric=jersey",
    [("Rose", "rose"), ("Forest", "forest")],
    "Knife pleats set by steam into a fluid jersey; they survive a suitcase and a washing machine. Easy V neck, no fastenings.",
    ["Recycled polyester jersey with 4 % elastane", "Easy waist, midi length", "Pull-on"],
    JERSEY, tags="women last-chance", sizes=DRESS, was=149)
add("Ribbed Knit Dress", LOOM, "Dresses", 145, 560, "dress,sleeve=long,cut=slim,fabric=rib",
    [("Charcoal", "charcoal"), ("Camel", "camel")],
    "A long jumper, in effect, with the rib drawn in at the waist. Warm with boots, fine with trainers.",
    ["Merino with 3 % elastane, 10 gauge", "Close fit, midi length", "Side slit for walking"],
    KNIT, tags="women", sizes=["XS", "S", "M", "L"])
add("Pleated Wool Skirt", OSTRAND, "Skirts", 125, 480, "skirt,cut=pleated,fabric=wool",
    [("Camel", "camel"), ("Charcoal", "charcoal")],
    "Sixteen knife pleats, stitched down to the hip so they fall from there. Swings when you turn.",
    ["250 g/m² wool flannel", "High waist, midi length, side zip", "Lined to the knee"],
    WOOL, tags="women workwear", sizes=DRESS)
add("Buttoned Denim Skirt", HALDEN, "Skirts", 89, 540, "skirt,fabric=denim",
    [("Indigo", "indigo"), ("Ecru", "ecru")],
    "An A-line with buttons from waist to hem: fasten as many as you please. Proper pockets.",
    ["11 oz rigid denim", "High waist, below the knee", "Shell buttons, felled seams"],
    DENIM, tags="women denim", sizes=DRESS)
add("Silk Satin Skirt", QUAI, "Skirts", 135, 190, "skirt,length=long,fabric=silk",
    [("Sage", "sage"), ("Blush", "blush")],
    "Satin with the weight to hang and the shine turned down. A jumper makes it daytime.",
    ["19 momme silk satin, sand-washed", "Mid-waist, ankle length", "Elastic back, flat front"],
    SILK, tags="women new", sizes=DRESS)
add("Leather Pencil Skirt", OSTRAND, "Skirts", 260, 760, "skirt,cut=pencil,fabric=leather",
    [("Black", "black"), ("Burgundy", "burgundy")],
    "Lamb nappa over a stretch lining: a firm line that still lets you sit down. Vent at the back.",
    ["Lamb nappa, 0.8 mm", "Fitted, below the knee", "Concealed back zip, two darts each side"],
    LEATHER, tags="women", sizes=DRESS)

# ---- Trousers -------------------------------------------------------------------------------------------------------------

add("Pleated Wool Trousers", OSTRAND, "Trousers", 149, 480, "trousers,cut=pleated,fabric=wool",
    [("Charcoal", "charcoal"), ("Taupe", "taupe")],
    "Two forward pleats, a clean crease, room at the thigh and a narrow ankle. Hemmed at the length you choose.",
    ["280 g/m² worsted flannel from Biella", "High rise, tapered from a full thigh", "Side adjusters, lined to the knee"],
    WOOL, tags="men workwear", sizes=["46", "48", "50", "52"], lengths=["Regular", "Long"], views=("front", "detail", "flat", "back"))
add("Wide Linen Trousers", QUAI, "Trousers", 109, 360, "trousers,cut=wide,fabric=linen",
    [("Ecru", "ecru"), ("Olive", "olive")],
    "They start high and end wide. In motion they are mostly breeze.",
    ["210 g/m² washed linen", "High rise, wide leg", "Zip fly, two slant pockets"],
    LINEN, tags="women holiday new", sizes=DRESS)
add("Tapered Chinos", HALDEN, "Trousers", 89, 420, "trousers,cut=tapered",
    [("Khaki", "khaki"), ("Navy", "navy"), ("Olive", "olive")],
    "Garment-dyed twill with a touch of stretch, eased at the seat and trim at the ankle.",
    ["260 g/m² cotton twill with 2 % elastane", "Mid rise, tapered leg", "Coin pocket inside the right pocket"],
    COTTON, tags="men basics workwear", sizes=WAIST, lengths=["Regular", "Long"], views=("front", "detail", "flat", "back"))
add("Corduroy Trousers", HALDEN, "Trousers", 69, 510, "trousers,fabric=corduroy",
    [("Rust", "rust"), ("Chocolate", "chocolate")],
    "Straight legs in a fourteen-wale cord that whispers rather than squeaks.",
    ["290 g/m² cotton needlecord, 14 wale", "Mid rise, straight leg", "Made in Ronda, northern Portugal"],
    COTTON, tags="men women last-chance", sizes=WAIST, was=98)
add("Loopback Joggers", HALDEN, "Trousers", 69, 470, "trousers,cut=tapered,fabric=fleece",
    [("Grey Melange", "grey"), ("Navy", "navy")],
    "The other half of the sweatshirt. Cut like trousers, so they pass for them at a distance.",
    ["410 g/m² loopback cotton", "Mid rise, tapered leg", "Drawcord waist, zipped back pocket"],
    JERSEY, tags="men women basics", sizes=MID)
add("Straight-Leg Jeans", HALDEN, "Jeans", 119, 680, "jeans",
    [("Rinsed Indigo", "indigo"), ("Mid Blue", "blue")],
    "Five pockets, a regular rise and one straight line from hip to hem. Rinsed once, so what you buy is what fits.",
    ["13 oz selvedge denim, 100 % cotton", "Mid rise, straight leg", "Copper rivets, leather patch"],
    DENIM, tags="men women denim basics", sizes=WAIST, lengths=["30", "32", "34"], views=("front", "detail", "flat", "back"))
add("Wide-Leg Jeans", QUAI, "Jeans", 125, 720, "jeans,cut=wide",
    [("Pale Blue", "sky"), ("Black", "black")],
    "High at the waist and generous below it. The hem grazes the floor in flats and clears it in boots.",
    ["12 oz denim, 99 % cotton", "High rise, wide leg", "Stone-washed without stones, by ozone"],
    DENIM, tags="women denim new", sizes=["25", "26", "27", "28", "29", "30"], views=("front", "detail", "flat", "back"))
add("Slim Jeans", HALDEN, "Jeans", 109, 620, "jeans,cut=slim",
    [("Black", "black"), ("Dark Indigo", "indigo")],
    "Slim, not skinny, with enough stretch to cycle in. The black is dyed through, so it stays black.",
    ["11.5 oz denim with 1.5 % elastane", "Mid rise, slim leg", "Reinforced back pockets"],
    DENIM, tags="men denim", sizes=WAIST, lengths=["32", "34"])
add("Chino Shorts", HALDEN, "Shorts", 39, 290, "shorts",
    [("Khaki", "khaki"), ("Navy", "navy")],
    "The chinos, ended above the knee. Washed soft before they leave the workshop.",
    ["230 g/m² cotton twill", "Regular fit, 22 cm inseam", "Buttoned back pockets"],
    COTTON, tags="men last-chance holiday", sizes=WAIST, was=59)

# ---- Shoes -----------------------------------------------------------------------------------------------------------------

add("Court Trainers", HALDEN, "Shoes", 129, 820, "sneaker",
    [("White", "white"), ("Grey", "grey")],
    "A plain court shoe on a stitched cup sole, so it can be resoled. Green tab, no logo.",
    ["Full-grain calf, chrome-free tanned", "True to size", "Natural rubber sole, made in Elche"],
    LEATHER, tags="men women basics", sizes=["37", "38", "39", "40", "41", "42", "43", "44"])
add("Canvas Plimsolls", HALDEN, "Shoes", 65, 620, "sneaker,fabric=canvas",
    [("Navy", "navy"), ("Ecru", "ecru")],
    "Vulcanised soles, cotton laces, an insole you can take out and dry. They get better as they get worse.",
    ["12 oz cotton canvas, natural rubber", "True to size; half sizes go up", "Vulcanised in Porto"],
    CANVAS, tags="women men holiday", sizes=["36", "37", "38", "39", "40", "41", "42", "43"])
add("Penny Loafers", OSTRAND, "Shoes", 189, 880, "loafer",
    [("Burgundy", "burgundy"), ("Black", "black")],
    "Hand-sewn apron, leather sole, a slot that fits a one-cent piece. Snug for a week, then yours.",
    ["Polished calf, leather lined", "True to size, standard width", "Blake stitched in the Marche, resoleable"],
    LEATHER, tags="men workwear", sizes=SHOE)
add("Suede Chelsea Boots", OSTRAND, "Shoes", 215, 1040, "boot,fabric=suede",
    [("Chocolate", "chocolate"), ("Tan", "tan")],
    "Two elastic gussets, a pull tab and no laces to tie. Proofed at the tannery, sole of studded rubber for wet pavements.",
    ["Calf suede, 1.4 mm, leather lined", "True to size", "Goodyear welted in León"],
    SUEDE, tags="men women new", sizes=["38", "39", "40", "41", "42", "43", "44"])

# ---- Accessories --------------------------------------------------------------------------------------------------------------

add("Checked Lambswool Scarf", LOOM, "Scarves", 75, 210, "scarf,pattern=check,fabric=lambswool",
    [("Rust Check", "rust"), ("Navy Check", "navy")],
    "Woven wide, brushed with teasels and fringed by hand. Long enough to go round twice.",
    ["100 % lambswool, 190 x 35 cm", "Brushed finish, hand-twisted fringe", "Woven in Elgin"],
    KNIT, tags="men women", sizes=None)
add("Wool Blanket Scarf", LOOM, "Scarves", 95, 320, "scarf",
    [("Camel", "camel"), ("Forest", "forest"), ("Berry", "berry")],
    "Somewhere between a scarf and a shawl. On a late train it becomes a blanket.",
    ["Merino, 200 x 60 cm, 320 g", "Plain weave, short fringe", "Woven in Galashiels"],
    KNIT, tags="women new", sizes=None)
add("Printed Silk Scarf", QUAI, "Scarves", 85, 60, "scarf,pattern=floral,fabric=silk",
    [("Midnight", "midnight"), ("Rose", "rose", "burgundy")],
    "The meadow print again, at half the scale, on a long narrow twill. Round the neck, the wrist or the handle of a bag.",
    ["Silk twill, 14 momme, 160 x 22 cm", "Printed on one side", "Rolled hems"],
    SILK, tags="women", sizes=None)
add("Ribbed Merino Beanie", LOOM, "Hats", 35, 90, "beanie",
    [("Teal", "teal"), ("Ochre", "ochre"), ("Grey", "grey")],
    "One size, a deep cuff and a leather tab so you know which way is front.",
    ["Merino, double-layered rib", "One size, 56 to 61 cm", "Knitted without waste in one piece"],
    KNIT, tags="men women basics", sizes=None)
add("Cable Beanie", LOOM, "Hats", 42, 130, "beanie,fabric=cable",
    [("Ivory", "ivory"), ("Rust", "rust")],
    "The Aran jumper, for the head. Same yarn, same cables, an hour's work instead of fifteen.",
    ["British wool, 5-ply", "One size, 56 to 60 cm", "Lined band so it does not itch"],
    KNIT, tags="women new", sizes=None)
add("Canvas Tote", HALDEN, "Bags", 39, 340, "tote",
    [("Ecru", "ecru"), ("Navy", "navy")],
    "Sixteen-ounce canvas that stands open while you fill it. Handles long enough for the shoulder, over a coat.",
    ["16 oz organic cotton canvas", "38 x 40 x 12 cm, inside pocket", "Carries 15 kg, tested"],
    CANVAS, tags="men women basics", sizes=None)
add("Leather Tote", OSTRAND, "Bags", 245, 890, "tote,fabric=leather",
    [("Cognac", "cognac"), ("Black", "black")],
    "Vegetable-tanned shoulder, cut so that the edge is the decoration. It darkens where you hold it.",
    ["2.2 mm vegetable-tanned leather from Santa Croce", "36 x 38 x 14 cm, fits a 14-inch laptop", "Edges painted and burnished by hand"],
    LEATHER, tags="women workwear new", sizes=None)
add("Bridle Leather Belt", OSTRAND, "Belts", 69, 230, "belt",
    [("Cognac", "cognac"), ("Black", "black")],
    "One strap, one buckle, no filler. Waxed through, so it bends rather than cracks.",
    ["3.5 mm English bridle leather, 32 mm wide", "Solid brass buckle, five holes", "Measured to the middle hole"],
    LEATHER, tags="men women basics", sizes=["80", "85", "90", "95", "100"])
add("Canvas Web Belt", HALDEN, "Belts", 29, 180, "belt,fabric=canvas",
    [("Olive", "olive"), ("Navy", "navy")],
    "Herringbone web with leather at the tip. Goes with shorts and asks nothing in return.",
    ["35 mm cotton web, leather tip", "Brass-finished buckle", "Sized by trouser waist"],
    CANVAS, tags="men holiday", sizes=["85", "95", "105"])
add("Striped Socks, Three Pairs", LOOM, "Socks", 32, 150, "socks,pattern=breton",
    [("Forest", "forest"), ("Navy", "navy")],
    "Mid-calf, with contrast heel and toe knitted double. Three pairs, so that losing one is not the end.",
    ["Combed cotton with 20 % polyamide", "Reciprocated heel, hand-linked toe", "Knitted in Vila Nova de Famalicão"],
    JERSEY, tags="men women basics", sizes=["36-40", "41-45"])
add("Merino Boot Socks", LOOM, "Socks", 29, 110, "socks,fabric=cable",
    [("Grey", "grey"), ("Burgundy", "burgundy")],
    "Cushioned under the foot, cabled up the leg, high enough for a boot.",
    ["Merino with 25 % polyamide", "Terry sole", "Knitted in the Scottish Borders"],
    KNIT, tags="men women new", sizes=["36-40", "41-45"])


def scene(kind, palette):
    return f"/pictures/scene,kind={kind},palette={palette},shape=tile.svg"


COLLECTIONS = [
    {"handle": "new-arrivals", "title": "New arrivals", "tags": ["new"], "picture": scene("flat-lay", "autumn"),
     "description": "What came in this month: autumn weights, deeper colours, a few things we waited all year for."},
    {"handle": "women", "title": "Women", "tags": ["women"], "picture": scene("rail", "clay"),
     "description": "Silk blouses, wrap dresses, a coat that ties. Cut in sizes 34 to 42 and XS to L."},
    {"handle": "men", "title": "Men", "tags": ["men"], "picture": scene("rail", "coast"),
     "description": "Shirts with a proper collar, knitwear by weight, trousers in more than one length."},
    {"handle": "knitwear", "title": "Knitwear", "types": ["Knitwear"], "picture": scene("stack", "autumn"),
     "description": "Merino, lambswool and British wool, from fourteen gauge to five. Fold it, don't hang it."},
    {"handle": "outerwear", "title": "Outerwear", "types": ["Coats", "Jackets"], "picture": scene("pegs", "autumn"),
     "description": "Wool for the cold, gabardine for the wet, denim for everything before that."},
    {"handle": "denim", "title": "Denim", "tags": ["denim"], "picture": scene("flat-lay", "denim"),
     "description": "Selvedge jeans, a trucker left raw, chambray to soften. All cotton unless we say so."},
    {"handle": "shirts", "title": "Shirts and blouses", "types": ["Shirts", "Blouses"], "picture": scene("rail", "ink"),
     "description": "Oxford, poplin, linen, flannel and silk; four collars and a bow."},
    {"handle": "dresses", "title": "Dresses and skirts", "types": ["Dresses", "Skirts"], "picture": scene("rail", "berry"),
     "description": "Cut on the bias, pleated by steam, or simply full below the waist. Most have pockets."},
    {"handle": "accessories", "title": "Shoes and accessories", "types": ["Shoes", "Scarves", "Hats", "Bags", "Belts", "Socks"],
     "picture": scene("shelf", "clay"),
     "description": "Resoleable shoes, scarves that go round twice, and a belt made from one strap."},
    {"handle": "last-chance", "title": "Last chance", "tags": ["last-chance"], "picture": scene("stack", "coast"),
     "description": "The end of a run, at a lower price. When a size is gone, it is gone."},
]
