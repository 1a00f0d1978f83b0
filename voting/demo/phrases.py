# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sentences that colleagues of the demo city write: in scorecards, under ideas, in the diary of a pilot."""

# Why a criterion got few, middling or many points.
WORDS = (
    (
        "Non ho trovato elementi che mostrino un effetto misurabile.",
        "La spesa ricade su un solo ufficio e non rientra nel bilancio di quest’anno.",
        "Servirebbe una modifica del regolamento, con tempi lunghi.",
        "Vale solo per questa sede: altrove le condizioni sono diverse.",
    ),
    (
        "Si può fare, ma occorre l’accordo di un altro servizio.",
        "Il vantaggio c’è, anche se riguarda poche persone.",
        "I costi sono contenuti; manca la stima delle ore di lavoro.",
        "In parte lo facciamo già: qui diventerebbe regola.",
        "Si ripete altrove con qualche adattamento.",
    ),
    (
        "Usa strumenti che abbiamo già: si parte in poche settimane.",
        "Il problema è misurato bene e tocca molte persone ogni mese.",
        "Il risparmio copre la spesa entro l’anno.",
        "Nessun altro ufficio lo fa così: può diventare un modello.",
        "Ogni sede può riprenderla senza rifarla da capo.",
    ),
)
ADVICE = {
    "pilot": (
        "Partire da due sedi diverse e decidere a metà prova se continuare.",
        "Provare con chi si offre, misurando ogni settimana prima di allargare.",
        "Fissare prima dell’avvio la soglia sotto la quale ci si ferma.",
        "Sentire subito chi protegge i dati personali, poi partire.",
    ),
    "decline": (
        "Il beneficio non giustifica la spesa: meglio rafforzare ciò che c’è.",
        "Manca la competenza del Comune: lo segnalerei all’ente giusto.",
        "L’ufficio competente ha già un progetto che copre questo bisogno.",
    ),
    "defer": (
        "Aspettare il nuovo contratto di fornitura e riprenderla allora.",
        "Riparlarne quando i lavori della sede saranno finiti.",
    ),
}
FOR_AUTHOR = {
    "pilot": (
        "Proposta chiara e concreta. Il numero che porti aiuta molto a capire il problema.",
        "Buona idea, pronta per una prova. Suggerisco di coinvolgere subito chi sta allo sportello.",
        "Si vede che nasce dal lavoro di ogni giorno. Per la prova scegli un indicatore solo, facile da rilevare.",
    ),
    "decline": (
        "Il problema è reale, la soluzione costa più di quanto libera. Ti invito a proporre una versione più piccola.",
        "Grazie per il lavoro fatto. Qui la competenza non è del Comune: ti indichiamo a chi rivolgerti.",
        "L’idea coincide in gran parte con un progetto già avviato: parlane con chi lo segue.",
    ),
    "defer": (
        "L’idea regge, il momento no: tra qualche mese le condizioni saranno migliori.",
        "Da riprendere con il nuovo bilancio. Tieni pronti i numeri.",
    ),
}
COMMENTS = (
    ("question", "Chi se ne occuperebbe quando la persona che la segue è in ferie?"),
    ("question", "Avete già sentito l’ufficio che dovrebbe metterla in pratica?"),
    ("question", "Vale anche per chi lavora su turni?"),
    ("question", "Quanto tempo porta via ogni settimana a chi la usa?"),
    ("question", "Si può provare anche nelle sedi piccole, con due persone?"),
    ("suggestion", "Partirei da una sola sede, per vedere se regge nei giorni di punta."),
    ("suggestion", "Un cartello semplice all’ingresso aiuterebbe più di un’altra circolare."),
    ("suggestion", "Metterei una data di scadenza agli annunci vecchi, altrimenti nessuno li guarda più."),
    (
        "suggestion",
        "Chiederei a chi sta allo sportello di scrivere le prime istruzioni: sanno che cosa non si capisce.",
    ),
    ("suggestion", "Conviene misurare due settimane prima di cominciare, così il confronto è onesto."),
    ("similar", "Da noi lo facciamo dal 2023 con un foglio condiviso: funziona se qualcuno lo tiene in ordine."),
    ("similar", "Nella mia circoscrizione ci abbiamo provato l’anno scorso: bene il primo mese, poi serve costanza."),
    ("similar", "In biblioteca abbiamo una cosa simile e le persone la usano volentieri."),
    ("similar", "L’abbiamo fatto per i magazzini: la parte difficile è stata mettersi d’accordo sui nomi."),
)
REPLIES = (
    "Buona domanda: l’abbiamo aggiunto al testo della proposta.",
    "Grazie, ne teniamo conto per la prova.",
    "Sì, dal secondo mese. All’inizio vogliamo capire se regge.",
    "Ci hai dato un dato utile: possiamo sentirci per i dettagli?",
)
NOTES = (
    "Avvio riuscito: la squadra ha spiegato a tutte le persone coinvolte che cosa cambia e a chi chiedere.",
    "Prime due settimane: qualche dubbio sulle istruzioni, riscritte in una pagina sola.",
    "Una sede parte in ritardo per la rete; le altre procedono come previsto.",
    "A metà prova i numeri vanno nella direzione giusta. Raccogliamo i commenti di chi la usa ogni giorno.",
    "Incontro con l’ufficio vicino: anche loro vogliono provarla, ne riparliamo alla fine.",
)
