namespace Cloud.Mail.Archives;

/// <summary>How lines end in what is written.</summary>
public enum NewlineForm
{
    /// <summary>As they are: byte-exact.</summary>
    Kept,

    /// <summary>LF, as archives on disk have them.</summary>
    Lf,

    /// <summary>CRLF, as messages on the wire have them.</summary>
    CrLf,
}
