namespace Cloud.Api.Gateway.Operations;

/// <summary>What users are told.</summary>
static class Refusals
{
    public static readonly Result NoMailbox = new(Refusal.NotFound, "No such mailbox");
    public static readonly Result NoPermission = new(
        Refusal.NoPermission,
        "The mailbox' owner does not allow you this"
    );
    public static readonly Result BadIdentifier = new(Refusal.Invalid, "Nobody can be called that");
    public static readonly Result NoUser = new(Refusal.CannotBe, "There is no such user to share with");
    public static readonly Result OwnRights = new(Refusal.CannotBe, "The owner has all rights, always");
    public static readonly Result TooManyGrants = new(Refusal.OverLimit, "The mailbox is shared with too many");
    public static readonly Result TooManyShares = new(
        Refusal.OverLimit,
        "Too many mailboxes are shared with that user"
    );
    public static readonly Result TooFarAway = new(
        Refusal.OverLimit,
        "At most 1000 messages at a time go to another user's mailbox"
    );
    public static readonly Result BadName = new(Refusal.Invalid, "A mailbox cannot have this name");
    public static readonly Result OthersName = new(Refusal.CannotBe, "Such names lead to others' mailboxes");
    public static readonly Result NameTaken = new(Refusal.AlreadyExists, "There is a mailbox of this name");
    public static readonly Result TooManyMailboxes = new(Refusal.OverLimit, "There are too many mailboxes");
    public static readonly Result HasChildren = new(Refusal.HasChildren, "The mailbox has mailboxes inside it");
    public static readonly Result InboxStays = new(Refusal.CannotBe, "INBOX cannot be deleted");
    public static readonly Result IntoItself = new(Refusal.CannotBe, "A mailbox cannot move into itself");
    public static readonly Result RoleTaken = new(Refusal.CannotBe, "Another mailbox serves this use");
    public static readonly Result OverQuota = new(Refusal.OverQuota, "The account has no room for this");
    public static readonly Result TooManyKeywords = new(Refusal.OverLimit, "The mailbox has too many keywords");
    public static readonly Result BadKeyword = new(Refusal.Invalid, "This cannot be a keyword");
    public static readonly Result TooManyEntries = new(Refusal.OverLimit, "There are too many annotations");
    public static readonly Result NoRoomForEntries = new(Refusal.OverQuota, "The annotations are too large together");
    public static readonly Result SharedEntry = new(Refusal.CannotBe, "What all users see is the operator's to set");
    public static readonly Result UnknownUse = new(Refusal.Invalid, "That special use is not offered");
    public static readonly Result TooManyPlaces = new(Refusal.OverLimit, "A message is in too many mailboxes");
}
