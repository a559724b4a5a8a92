"""What a rule may know about the text around a sentence."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Context:
    """The text as a whole, in the respects that decide who acts and how far a rule may go.

    Attributes:
        plain: The level is Einfache Sprache.
        explanatory: The text explains; legal terms may be exchanged.
        letter: The text speaks to one recipient (salutation, or Sie and Ihr throughout).
        address: The text speaks to the reader as Sie, so that „Bitte … Sie“ fits.
        voice: How the authority speaks of itself: "wir", "ich" or "" when it does not.
        speaker: As `voice`, but "wir" also for notices that do not speak of themselves: enough for „wir bitten“.
        statute: The text is a by-law; nobody speaks and nobody is addressed.
        goes_on: The sentence follows a salutation and its comma, and opens in small letters.
        lists: The sentence stands in running text, where a list may follow.
        explained: Legal terms already explained in this text; the one thing the rules of a text share and change.
        refers_back: The next sentence opens with a pronoun that may refer to a noun of this one.
        takes_up: The next sentence surely takes up this one's subject with a pronoun („Sie ist …“, „Er wird …“).
    """

    plain: bool = False
    explanatory: bool = False
    letter: bool = False
    address: bool = False
    voice: str = ""
    speaker: str = ""
    statute: bool = False
    goes_on: bool = False
    lists: bool = False
    explained: set[str] = field(default_factory=set[str])
    refers_back: bool = False
    takes_up: bool = False
