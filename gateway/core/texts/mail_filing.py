"""What is told of the PDFs of a message with a subject tag, in French and English."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from gateway.core.texts.faults import Words

NOT_FILED: Mapping[str, Words] = MappingProxyType(
    {
        "OFF": (
            "le message a l’étiquette [DMP …], mais cette messagerie n’enregistre pas "
            "de PDF reçu par courriel ; envoyez un CDA (IHE_XDM.ZIP)",
            "the message has the tag [DMP …], but this messaging files no PDF that "
            "comes by mail; send a CDA (IHE_XDM.ZIP)",
        ),
        "NOT_A_PERSON": (
            "l’étiquette [DMP …] est réservée au professionnel qui envoie avec son "
            "propre certificat ; un secrétariat, une structure ou un logiciel envoie "
            "un CDA qui nomme son auteur",
            "the tag [DMP …] is for a professional who sends with their own "
            "certificate; a secretary, a structure or a program sends a CDA that names "
            "its author",
        ),
        "NAMELESS": (
            "votre certificat ne donne pas votre nom, qu’un document doit porter",
            "your certificate does not give your name, which a document has to carry",
        ),
        "SEVERAL_PATIENTS": (
            "avec l’étiquette [DMP …], écrivez à un seul patient par message",
            "with the tag [DMP …], write to one patient a message",
        ),
        "BESIDE_DOCUMENTS": (
            "le message porte déjà un CDA : ôtez l’étiquette [DMP …], ou le CDA",
            "the message carries a CDA already: take the tag [DMP …] away, or the CDA",
        ),
        "NO_PDF": (
            "le message a l’étiquette [DMP …] et aucun PDF n’y est joint",
            "the message has the tag [DMP …] and no PDF is attached to it",
        ),
        "TOO_MANY": (
            "trop de PDF dans un même message ; envoyez-en plusieurs",
            "too many PDFs in one message; send several messages",
        ),
        "NOT_CLOSED": (
            "l’étiquette n’est pas fermée ; écrivez [DMP TYPE] puis le titre",
            "the tag is not closed; write [DMP TYPE], then the title",
        ),
        "TWICE": (
            "l’objet a deux étiquettes [DMP …] ; n’en laissez qu’une",
            "the subject has two tags [DMP …]; leave one",
        ),
        "NOT_FIRST": (
            "l’étiquette [DMP …] doit être au début de l’objet",
            "the tag [DMP …] has to stand first in the subject",
        ),
        "NO_TYPE": (
            "l’étiquette ne dit pas le type du document ; écrivez par exemple "
            "[DMP CR-CONS]",
            "the tag does not say the type of the document; write for example "
            "[DMP CR-CONS]",
        ),
        "UNKNOWN_TYPE": (
            "le premier mot de l’étiquette n’est pas un type connu ; écrivez par "
            "exemple [DMP CR-CONS]",
            "the first word of the tag is not a known type; write for example "
            "[DMP CR-CONS]",
        ),
        "OF_PATIENTS": (
            "ce type est celui des documents que les patients ajoutent eux-mêmes",
            "this type is for documents that patients add themselves",
        ),
        "UNKNOWN_WORD": (
            "un mot de l’étiquette n’est pas connu ; après le type sont permis : "
            "masqué, invisible, sans-représentants, informé",
            "a word of the tag is not known; after the type there may be: masked, "
            "hidden, no-representatives, informed",
        ),
        "NOT_PDF": (
            "ce fichier n’est pas un PDF ; seuls les PDF sont enregistrés",
            "this file is no PDF; only PDFs are filed",
        ),
        "ENCRYPTED": (
            "ce PDF ne s’ouvre qu’avec un mot de passe ; enregistrez-le sans",
            "this PDF opens with a password only; save it without one",
        ),
        "TOO_LARGE": (
            "ce PDF est trop grand pour être enregistré",
            "this PDF is too large to be filed",
        ),
    }
)
"""By what refuses it; all but the last three are of the whole message."""

MADE: Final[Words] = (
    "un document CDA a été fait de ce PDF : {}",
    "a CDA document was made of this PDF: {}",
)
"""What is said of what was made: its type and visibility, neither title nor patient."""

FLAG_WORDS: Mapping[str, Words] = MappingProxyType(
    {
        "MASQUE_PS": ("masqué aux professionnels", "masked from professionals"),
        "INVISIBLE_PATIENT": (
            "non visible par le patient avant l’annonce",
            "hidden from the patient until announced",
        ),
        "INVISIBLE_REPRESENTANTS_LEGAUX": (
            "non visible par les représentants légaux",
            "hidden from legal representatives",
        ),
    }
)
