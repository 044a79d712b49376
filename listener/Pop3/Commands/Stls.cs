namespace Cloud.Listener.Pop3.Commands;

/// <summary>STLS: starts TLS. RFC 2595 §4.</summary>
sealed class Stls : IPop3Command
{
    static readonly Stls Instance = new();

    static readonly Pop3Reply Begin = Pop3Reply.Ok("Begin TLS negotiation") with { Next = AfterReply.StartTls };

    static readonly Pop3Reply Injected = Pop3Reply.Error(null, "Nothing may follow STLS before its answer") with
    {
        Next = AfterReply.Close,
    };

    public static IPop3Command Parse(ref Pop3Reader arguments) => Instance;

    public ValueTask<Pop3Reply> RunAsync(Pop3Session session, CancellationToken cancel)
    {
        if (!session.OffersTls)
            return new(Pop3Reply.Fault(session.IsSecure ? "TLS is on already" : "TLS is not offered"));
        // Somebody in between may have slipped it in, to be carried out as if it had come over TLS.
        return new(session.HasInputWaiting ? Injected : Begin);
    }
}
