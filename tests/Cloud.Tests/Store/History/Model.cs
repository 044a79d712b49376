using Cloud.Store.Messages;

namespace Cloud.Tests.Store.History;

/// <summary>An account as plainly as it can be said: mailboxes by path, messages by UID.</summary>
sealed record Model(IReadOnlyDictionary<string, ModelMailbox> Mailboxes)
{
    public static Model New() =>
        new(
            new[] { "INBOX", "Drafts", "Sent", "Junk", "Trash", "Archive" }.ToDictionary(
                name => name,
                _ => new ModelMailbox(1, new SortedDictionary<uint, ModelMessage>())
            )
        );

    public Model With(string path, ModelMailbox mailbox) =>
        new(new Dictionary<string, ModelMailbox>(Mailboxes) { [path] = mailbox });

    public Model Without(string path) => new(Mailboxes.Where(m => m.Key != path).ToDictionary());

    public Model Add(string path, ModelMessage message)
    {
        var mailbox = Mailboxes[path];
        var messages = new SortedDictionary<uint, ModelMessage>(mailbox.Messages) { [mailbox.UidNext] = message };
        return With(path, new(mailbox.UidNext + 1, messages));
    }

    public Model Remove(string path, UidSet uids) =>
        With(
            path,
            Mailboxes[path] with
            {
                Messages = new(Mailboxes[path].Messages.Where(m => !uids.Contains(m.Key)).ToDictionary()),
            }
        );

    public Model Change(string path, UidSet uids, Func<ModelMessage, ModelMessage> change) =>
        With(
            path,
            Mailboxes[path] with
            {
                Messages = new(
                    Mailboxes[path]
                        .Messages.ToDictionary(m => m.Key, m => uids.Contains(m.Key) ? change(m.Value) : m.Value)
                ),
            }
        );

    public override string ToString() =>
        string.Join(
            '\n',
            Mailboxes
                .OrderBy(mailbox => mailbox.Key, StringComparer.Ordinal)
                .Select(mailbox =>
                    $"{mailbox.Key} next {mailbox.Value.UidNext}: "
                    + string.Join(", ", mailbox.Value.Messages.Select(m => $"{m.Key} {m.Value}"))
                )
        );
}

sealed record ModelMailbox(uint UidNext, SortedDictionary<uint, ModelMessage> Messages);

/// <param name="Keywords">Sorted, space between.</param>
sealed record ModelMessage(string Text, MessageFlags Flags, string Keywords)
{
    public override string ToString() => $"'{Text}' [{Flags}] [{Keywords}]";
}
