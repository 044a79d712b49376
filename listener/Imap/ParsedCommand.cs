using System.Text;
using Cloud.Listener.Imap.Wire;
using Cloud.Wire;

namespace Cloud.Listener.Imap;

/// <summary>A command as it came: to be run, or to be answered with what is wrong with it.</summary>
/// <param name="Row">Null when it is wrong.</param>
/// <param name="Command">Null when it is wrong.</param>
readonly record struct ParsedCommand(string Tag, CommandRow? Row, IImapCommand? Command, Reply Fault)
{
    /// <summary>What the session has just read.</summary>
    public static ParsedCommand Of(ImapSession session)
    {
        var tag = "*";
        try
        {
            var reader = new ImapReader(session.Input.Text, session.Dialect.Utf8);
            if (!reader.Tag(out var name) || !reader.SP())
                throw reader.Expected("a tag and a command");
            tag = Encoding.ASCII.GetString(name);
            if (CommandTable.Find(ref reader) is not { } row)
                throw new SyntaxException("There is no such command");
            var command = row.Parse(ref reader);
            return Refuse(session, row, command) is { } fault
                ? new(tag, null, null, fault)
                : new(tag, row, command, default);
        }
        catch (SyntaxException e)
        {
            var isForeign = ForeignProtocol.Speaks(session.Input.Text);
            return new(tag, null, null, isForeign ? Reply.ForeignProtocol : Reply.Bad(e.Message));
        }
    }

    static Reply? Refuse(ImapSession session, CommandRow row, IImapCommand command)
    {
        if (!row.In.HasFlag(session.State))
            return Reply.Bad($"{row.Name} is not for now: {Describe(session.State)}");
        var numbers = row.Effects.HasFlag(Effects.SpeaksNumbers) || command.SpeaksNumbers;
        return numbers && session.Dialect.UidOnly ? Reply.UidRequired : null;
    }

    static string Describe(SessionState state) =>
        state switch
        {
            SessionState.NotAuthenticated => "log in first",
            SessionState.Authenticated => "no mailbox is selected",
            _ => "a mailbox is selected",
        };
}
