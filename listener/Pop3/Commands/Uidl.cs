using System.Globalization;

namespace Cloud.Listener.Pop3.Commands;

/// <summary>UIDL: a message's unique id, or every message's. RFC 1939 §7.</summary>
/// <param name="Number">Null for all.</param>
sealed record Uidl(int? Number) : IPop3Command
{
    public static IPop3Command? Parse(ref Pop3Reader arguments)
    {
        if (arguments.AtEnd)
            return new Uidl(Number: null);
        return arguments.Number() is { } number ? new Uidl(number) : null;
    }

    public ValueTask<Pop3Reply> RunAsync(Pop3Session session, CancellationToken cancel)
    {
        var maildrop = session.Maildrop;
        if (Number is not { } number)
            return new(Pop3Reply.Ok("Unique ids follow", new ListingBody(maildrop, Line)));
        return new(maildrop.Has(number) ? Pop3Reply.Ok(Line(maildrop, number)) : Pop3Reply.NoSuchMessage);
    }

    static string Line(Maildrop maildrop, int number) =>
        string.Create(CultureInfo.InvariantCulture, $"{number} {maildrop.UniqueId(number)}");
}
