"""arXiv's categories (https://arxiv.org/category_taxonomy)."""

# The subjects of each archive. One that has none is a category itself.
SUBJECTS = {
    "astro-ph": "CO EP GA HE IM SR",
    "cond-mat": (
        "dis-nn mes-hall mtrl-sci other quant-gas soft stat-mech str-el supr-con"
    ),
    "cs": (
        "AI AR CC CE CG CL CR CV CY DB DC DL DM DS ET FL GL GR GT HC IR IT LG LO MA MM "
        "MS NA NE NI OH OS PF PL RO SC SD SE SI SY"
    ),
    "econ": "EM GN TH",
    "eess": "AS IV SP SY",
    "gr-qc": "",
    "hep-ex": "",
    "hep-lat": "",
    "hep-ph": "",
    "hep-th": "",
    "math": (
        "AC AG AP AT CA CO CT CV DG DS FA GM GN GR GT HO IT KT LO MG MP NA NT OA OC PR "
        "QA RA RT SG SP ST"
    ),
    "math-ph": "",
    "nlin": "AO CD CG PS SI",
    "nucl-ex": "",
    "nucl-th": "",
    "physics": (
        "acc-ph ao-ph app-ph atm-clus atom-ph bio-ph chem-ph class-ph comp-ph data-an "
        "ed-ph flu-dyn gen-ph geo-ph hist-ph ins-det med-ph optics plasm-ph pop-ph "
        "soc-ph space-ph"
    ),
    "q-bio": "BM CB GN MN NC OT PE QM SC TO",
    "q-fin": "CP EC GN MF PM PR RM ST TR",
    "quant-ph": "",
    "stat": "AP CO ME ML OT TH",
}

# Six categories have two names: each is the other's twin. The query API gives the
# second one alone.
_TWINS = {
    "cs.SY": "eess.SY",
    "cs.NA": "math.NA",
    "math.IT": "cs.IT",
    "math.MP": "math-ph",
    "stat.TH": "math.ST",
    "q-fin.EC": "econ.GN",
}
_NAMES = _TWINS | {second: first for first, second in _TWINS.items()}

# All that one can ask for: categories and whole archives.
CATEGORIES = {*SUBJECTS} | {
    f"{archive}.{subject}"
    for archive, subjects in SUBJECTS.items()
    for subject in subjects.split()
}
_SPELLED = {name.lower(): name for name in sorted(CATEGORIES)}


def both_names(category: str) -> tuple[str, ...]:
    """Return a category's name and, where it has a second one, that too."""
    if category in _NAMES:
        return category, _NAMES[category]
    return (category,)


def spelled(name: str) -> str:
    """Return a category as arXiv writes it; one it does not have stays as it is."""
    return _SPELLED.get(name.lower(), name)


def nearest(name: str) -> str:
    """Return, as words for people, which categories are spelled much like a name."""
    from difflib import get_close_matches  # few runs need it

    everything = "all it has are listed at https://arxiv.org/category_taxonomy"
    near = get_close_matches(name.lower(), _SPELLED, cutoff=0.4)
    if not near:
        return everything
    names = ", ".join(_SPELLED[each] for each in near)
    return f"the nearest are {names}; {everything}"
