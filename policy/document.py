"""The form of the policy file and of a tenant profile, in the German words of the people who own them."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Action = Literal["maskieren", "sperren", "warnen", "hinweis", "technisch", "erlauben"]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Example(_Form):
    """A text that a rule must hit, and what it must be hit as."""

    text: str
    art: str


class Examples(_Form):
    """The examples a rule carries."""

    treffer: tuple[Example, ...] = ()
    kein_treffer: tuple[str, ...] = ()


class Sign(_Form):
    """One sign of a forbidden use. Words by white space, `*` = begins so, `_` = space."""

    tun: str = Field(min_length=2, description="Wörter für das Verlangte")
    gegenstand: str = Field("", description="Wörter für den Gegenstand")
    umstand: str = Field("", description="Wörter für den Umstand")
    außer: str = Field("", description="Wörter, bei denen es kein Treffer ist")
    frage: bool = Field(False, description="Nur in einer Frage")


class Rule(_Form):
    """One rule of the Dienstanweisung."""

    id: Annotated[str, Field(pattern=r"^[A-Z]{1,2}-\d{1,2}$")]
    paragraf: str
    titel: str
    text: str
    aktion: Action
    schwere: Literal["niedrig", "mittel", "hoch"]
    ausnahme: str = Field(description="Wer eine Ausnahme zulassen darf: niemand, selbst oder eine Stelle")
    grund: str
    rat: str
    rat_bei_sperre: str = ""
    datenarten: tuple[str, ...] = ()
    anzeichen: tuple[Sign, ...] = ()
    beispiele: Examples = Examples()


class DataClass(_Form):
    """One class of data. `aktion` overrides the action of its rule."""

    art: str
    name: str
    platzhalter: str
    grund: str = Field("", description="Begründung dieser Datenart; sonst gilt die der Regel")
    aktion: Action | None = None


class Profile(_Form):
    """A ready profile: what it does differently, by rule id."""

    beschreibung: str
    aktionen: dict[str, Action] = {}


class Capability(_Form):
    """What the product can do, which training it needs, and its risk class under the AI Act."""

    name: str
    schulung: str
    risiko: str


class Alternative(_Form):
    """A wish that is refused, and what is possible instead."""

    wunsch: str
    regel: str
    stattdessen: str


class Policy(_Form):
    """The whole file."""

    version: str
    titel: str
    grenze_zeichen: int = Field(gt=0, le=1_000_000)
    profil: str
    profile: dict[str, Profile]
    regeln: tuple[Rule, ...]
    wortfelder: dict[str, str] = Field(
        default={}, description="Wörter mit gleicher Aufgabe; ein Anzeichen nennt sie mit @name"
    )
    fragen_zur_regel: str = ""
    verneinung: str = ""
    aufforderung: str = ""
    aussage: str = ""
    lehrbeispiel: str = Field("", description="Wörter, neben denen eine zitierte Anweisung nur gezeigt wird")
    datenarten: tuple[DataClass, ...]
    faehigkeiten: tuple[Capability, ...] = ()
    alternativen: tuple[Alternative, ...] = ()


class RuleChange(_Form):
    """What a town changes in one rule."""

    aktion: Action | None = None
    text: str | None = None
    rat: str | None = None
    ausnahme: str | None = None
    paragraf: str | None = None


class Town(_Form):
    """A tenant profile: what belongs to the town itself and passes without a mask. Only what differs is named."""

    name: str = ""
    profil: str | None = Field(None, description="maskieren oder streng_sperren")
    domains: tuple[str, ...] = Field((), description="Eigene Domänen für E-Mail")
    telefon: tuple[str, ...] = Field((), description="Anfänge der eigenen Rufnummern, zum Beispiel 07181 602")
    ibans: tuple[str, ...] = ()
    anschriften: tuple[str, ...] = Field((), description="Anschriften der Stadt, mit Postleitzahl und Ort")
    amtstraeger: tuple[str, ...] = Field((), description="Namen, die öffentlich sind, zum Beispiel die Bürgermeisterin")
    postfaecher: tuple[str, ...] = Field((), description="Postfächer von Stellen, nur der Teil vor dem @")
    begriffe: tuple[str, ...] = Field((), description="Wörter, die keine Namen sind")
    aktenzeichen: tuple[str, ...] = Field((), description="Muster eigener Aktenzeichen: 9 = Ziffer, A = Buchstabe")
    regeln: dict[str, RuleChange] = Field(
        default={}, description="Abweichungen von der Dienstanweisung, nach Kennung der Regel"
    )
