"""The graph for human eyes: a picture with the evidence behind it, in one page or a small site, with no network.

    store --SPARQL--> Network --networkx--> layout --pyvis--> one self-contained HTML page
                         └────────────────────────────────> a static site, exports, plots
"""
