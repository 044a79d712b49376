using Cloud.Api.Gateway;

namespace Cloud.Listener.Imap;

/// <summary>What an operator may set of the IMAP ports.</summary>
public sealed record ImapOptions
{
    /// <summary>Our name in the greeting.</summary>
    public string HostName { get; init; } = "localhost";

    /// <summary>Largest message that APPEND takes, in octets (RFC 7889). Default: what other providers let through.</summary>
    public long MaxMessage { get; init; } = 50 * 1024 * 1024;

    /// <summary>Passwords in clear are taken from a client on this machine: nobody is between. Off, TLS is always asked for.</summary>
    public bool ClearPasswordsFromLoopback { get; init; } = true;

    /// <summary>Tokens of OAuth 2.0 are taken, too: the gateway can have them checked. Default: false.</summary>
    public bool TakesTokens { get; init; }

    /// <summary>How long a client may take to log in. Default: Dovecot's is 3 minutes; a person has typed before.</summary>
    public TimeSpan LoginTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long a client may be silent after login; RFC 9051 §5.4 allows no less than 30 minutes.</summary>
    public TimeSpan InactivityTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>How often an idling client hears from us. Default: below the 4 or 5 minutes after which NAT routers forget.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(225);

    /// <summary>Longest TLS handshake after STARTTLS.</summary>
    public TimeSpan Handshake { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Commands in a row that make no sense before we hang up. Default: as Dovecot's.</summary>
    public int MaxBadCommands { get; init; } = 20;

    /// <summary>Failed logins on one connection before we hang up.</summary>
    public int MaxFailedLogins { get; init; } = 5;
}

/// <summary>Bounds of what a client may send and of what we hold for it.</summary>
static class ImapLimits
{
    /// <summary>Octets of a line without its literals; RFC 2683 §3.2.1.5 asks for 8,000, Dovecot takes 64 KiB.</summary>
    public const int Line = 64 * 1024;

    /// <summary>Octets of one literal that is not a message.</summary>
    public const int Literal = 64 * 1024;

    /// <summary>Octets of a command with its literals, messages aside.</summary>
    public const int Command = 256 * 1024;

    /// <summary>Literals in one command, messages aside: each may have to be waited for.</summary>
    public const int Literals = 1000;

    /// <summary>Octets read and thrown away of a refused literal that comes without being asked for; beyond it we hang up.</summary>
    public const long SkippedLiteral = 256L * 1024 * 1024;

    /// <summary>Unsent octets at which a response waits for the client to take them.</summary>
    public const int Unsent = 32 * 1024;

    /// <summary>Ranges in a sequence set: a line's worth of them.</summary>
    public const int SequenceRanges = 32 * 1024;

    /// <summary>Flags in one list.</summary>
    public const int Flags = 128;

    /// <summary>Attributes and sections in one FETCH.</summary>
    public const int FetchItems = 100;

    /// <summary>Field names in one HEADER.FIELDS.</summary>
    public const int HeaderFields = 200;

    /// <summary>Numbers in a section's path: as deep as MIME parts are counted.</summary>
    public const int SectionDepth = 100;

    /// <summary>Octets of a header that HEADER.FIELDS looks into; Dovecot's header block ends at 10 MB as well.</summary>
    public const int HeaderBlock = 10 * 1024 * 1024;

    /// <summary>Messages whose indexes are fetched at once.</summary>
    public const int FetchBatch = 200;

    /// <summary>Octets of their indexes that are held while a slow reader takes them; one that is larger is held alone.</summary>
    public const int FetchOctets = 1024 * 1024;

    /// <summary>Messages of a FETCH whose bodies are open at a time: the one that goes out, and the next.</summary>
    public const int OpenMessages = 8;

    /// <summary>Octets that messages opened ahead take, from which on the next one waits; a stream counts for an eighth.</summary>
    public const int OpenWeight = 256 * 1024;

    /// <summary>Envelopes in one FETCH from which on their pages are read rather than each message's row.</summary>
    public const int ManyEnvelopes = 32;

    /// <summary>Keys in one SEARCH.</summary>
    public const int SearchKeys = 1000;

    /// <summary>Nesting of SEARCH keys.</summary>
    public const int SearchDepth = 50;

    /// <summary>Messages that the store is asked to search at once: some seconds' work where it has to read them.</summary>
    public const int SearchBatch = 1000;

    /// <summary>Batches in one UIDBATCHES, and the fewest messages in one (RFC 10022).</summary>
    public const int UidBatches = 100_000;

    public const int UidBatchSize = 500;

    /// <summary>How often a client that waits hears of it; RFC 9585 asks for no less than 10 seconds.</summary>
    public static readonly TimeSpan Progress = TimeSpan.FromSeconds(10);

    /// <summary>Messages in one APPEND (RFC 3502): each is under way until all are there.</summary>
    public const int AppendedMessages = GatewayLimits.Withdrawn;

    /// <summary>Octets of all messages in one APPEND together, where one alone may not be larger; as much as is skipped.</summary>
    public const long AppendedOctets = SkippedLiteral;

    /// <summary>Parts that one command catenates (RFC 4469).</summary>
    public const int CatenatedParts = 200;

    /// <summary>Octets of a LIST pattern.</summary>
    public const int Pattern = 4096;

    /// <summary>
    /// Octets of the patterns in one LIST by octets of all names: about a second's work. 10,000 mailboxes and ten patterns of 100 octets
    /// take a tenth of it.
    /// </summary>
    public const long PatternSteps = 500_000_000;

    /// <summary>Patterns or options in one LIST.</summary>
    public const int ListItems = 50;

    /// <summary>Searches that are kept at once (RFC 5267 §4.3.1 asks for one at least).</summary>
    public const int Contexts = 16;

    /// <summary>Results of a kept search that are kept in order: they are sorted anew when one is added.</summary>
    public const int SortedContext = 10_000;

    /// <summary>Mailboxes in one ESEARCH: each is read.</summary>
    public const int SearchedMailboxes = 1000;

    /// <summary>Mailboxes that NOTIFY or ESEARCH names in one place: a line's worth of them.</summary>
    public const int FilterNames = 10_000;

    /// <summary>Mailboxes that a NOTIFY names in all.</summary>
    public const int NotifiedNames = 1000;

    /// <summary>Other accounts that one session listens to: each is a watch, and a row written now and then.</summary>
    public const int NotifiedAccounts = 100;

    /// <summary>Watches of other accounts that one session begins at once: each is a call, and a row may be written.</summary>
    public const int WatchesBegun = 8;

    /// <summary>How long one of them keeps others from being begun: many times what the slowest answer takes that comes at all.</summary>
    public static readonly TimeSpan WatchTurn = TimeSpan.FromSeconds(15);

    /// <summary>
    /// How long what others share is taken as known while nobody has begun or ended to share anything: a user who was removed is told
    /// by nothing else.
    /// </summary>
    public static readonly TimeSpan SharersKnown = TimeSpan.FromMinutes(1);

    /// <summary>Changed mailboxes that are told at once; who has more to hear is told no more (RFC 5465 §5.8).</summary>
    public const int Notifications = 1000;

    /// <summary>Pairs in ID (RFC 2971 §3.3).</summary>
    public const int IdPairs = 30;

    /// <summary>Capabilities in one ENABLE.</summary>
    public const int Enabled = 50;
}
