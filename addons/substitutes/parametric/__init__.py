"""What parts are by their values, read from attributes and descriptions, and which are as good as others.

The grammar, in the order in which texts are read (NFKC first, so that full-width signs and `㏀` are plain):

    text      = words and tokens in any order, English or Chinese, separated by blanks or , ; / ( ) [ ]
    kind      = a word of `words.KINDS`, else the unit of the value (Ω, F, H, Hz), else a dielectric
    value     = number [prefix] unit            0.1uF  100 nF  10 kΩ  4.7微法  12MHz
              | digits letter digits            4R7  4k7  2M2  0R          resistors; capacitors in pF
              | three digits [letter]           104K = 10 × 10^4 pF ± 10 %  capacitors; 103J for resistors, Ω
              | number prefix                   10K  1M                     resistors
    tolerance = [± | +/-] number %  | ± number pF | [±] number ppm | the letter of a code: J 5 %, K 10 %
    limits    = number [prefix] V | W | A, fractions as 1/10W; 伏 瓦 安
    package   = imperial code | metric code (1608 is 0603) | either with its system said | a name: SOD-123
    dielectric = C0G (COG, NP0, NPO) | letter digit letter of EIA-198: X7R
    number    = digits, `,` every three, `.` before decimals

What stands in an attribute goes before what a description says. A text that says two things of one kind (two
voltages) says the first. `values` knows numbers, `words` the vocabulary, `reading` puts them together,
`comparing` says what is as good.
"""
