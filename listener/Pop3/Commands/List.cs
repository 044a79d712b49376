using System.Globalization;

namespace Cloud.Listener.Pop3.Commands;

/// <summary>LIST: a message's size in octets, or every message's. RFC 1939 §5.</summary>
/// <param name="Number">Null for all.</param>
sealed record List(int? Number) : IPop3Command
{
    public static IPop3Command? Parse(ref Pop3Reader arguments)
    {
        if (arguments.AtEnd)
            return new List(Number: null);
        return arguments.Number() is { } number ? new List(number) : null;
    }

    public ValueTask<Pop3Reply> RunAsync(Pop3Session session, CancellationToken cancel)
    {
        var maildrop = session.Maildrop;
        if (Number is { } number)
            return new(maildrop.Has(number) ? Pop3Reply.Ok(Line(maildrop, number)) : Pop3Reply.NoSuchMessage);
        var summary = string.Create(
            CultureInfo.InvariantCulture,
            $"{maildrop.Left} messages ({maildrop.Octets} octets)"
        );
        return new(Pop3Reply.Ok(summary, new ListingBody(maildrop, Line)));
    }

    static string Line(Maildrop maildrop, int number) =>
        string.Create(CultureInfo.InvariantCulture, $"{number} {maildrop.Size(number)}");
}
