"""What the world is called in Bulgarian: countries, seats of power, places, organisations, media, titles.

All facts are in `data/gazetteer/*.tsv`; this module reads them once and answers questions. A user adds facts with a
TSV of the columns of `Extra`:

    kind          country | seat | place | organization | media | title
    name          the base form
    aliases       other names, separated by "|"
    country       ISO 3166 alpha-2, where there is one
    stands_for    of a seat: the government or body; of a title: the office in English
    same_as       IRIs (Wikidata, GeoNames, ISO), separated by "|"

What the user says comes first: an extra row wins over the shipped one of the same name. An alias that begins with "~"
is also a common word ("~Нова", "~Сега"): it is known when asked for, but `kind` does not recognise it by itself.
"""

from kg.gazetteer.load import load
from kg.gazetteer.values import Country, Entry, Gazetteer, Metonym, Place, Title

__all__ = ["Country", "Entry", "Gazetteer", "Metonym", "Place", "Title", "load"]
