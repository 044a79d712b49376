using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Cloud.Mail.Charsets;

namespace Cloud.Mail.Tnef;

/// <summary>Gathers a message from its attributes and properties.</summary>
sealed class TnefBuilder
{
    /// <summary>Octets of a name that are decoded.</summary>
    const int MaxName = 4 * 1024;

    /// <summary>Octets of the interface id before an object's own.</summary>
    const int InterfaceId = 16;

    /// <summary>IID_IMessage: 00020307-0000-0000-C000-000000000046.</summary>
    static ReadOnlySpan<byte> MessageInterface => [7, 3, 2, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46];

    readonly List<TnefAttachment> attachments = [];
    readonly List<TnefProperty> properties = [];
    string codePage = "windows-1252";
    string? messageClass;
    string? subject;
    string? text;
    string? html;
    TnefRange rtf;
    Pending? pending;

    /// <summary>What was read may be incomplete.</summary>
    public bool HasFault { get; set; }

    /// <summary>An attachment whose attributes still come.</summary>
    sealed class Pending
    {
        public string? Title { get; set; }
        public string? LongName { get; set; }
        public string? ContentType { get; set; }
        public string? ContentId { get; set; }
        public TnefRange Data { get; set; }
        public TnefAttachmentKind Kind { get; set; }
    }

    public TnefMessage ToMessage(bool isDamaged)
    {
        EndAttachment();
        return new TnefMessage
        {
            MessageClass = messageClass,
            Subject = subject,
            Text = text,
            Html = html,
            Rtf = rtf,
            Attachments = attachments,
            IsDamaged = isDamaged || HasFault,
        };
    }

    public void AddToMessage(int id, TnefRange value, ReadOnlySpan<byte> tnef)
    {
        switch (id)
        {
            case 0x9007 when value.Length >= 4: // attOemCodepage
                var number = BinaryPrimitives.ReadUInt32LittleEndian(value.Of(tnef));
                codePage = number == 65001 ? "utf-8" : string.Create(CultureInfo.InvariantCulture, $"windows-{number}");
                break;
            case 0x8008: // attMessageClass
                messageClass ??= Text8(value, tnef, MaxName);
                break;
            case 0x8004: // attSubject
                subject ??= Text8(value, tnef, MaxName);
                break;
            case 0x800C: // attBody
                text ??= Text8(value, tnef, TnefReader.MaxText);
                break;
            case 0x9003: // attMsgProps
                AddProperties(value, tnef);
                break;
        }
    }

    public void AddToAttachment(int id, TnefRange value, ReadOnlySpan<byte> tnef)
    {
        if (id == 0x9002) // attAttachRendData begins one
            EndAttachment();
        if (attachments.Count == TnefReader.MaxAttachments)
        {
            HasFault = true;
            return;
        }

        pending ??= new Pending();
        switch (id)
        {
            case 0x8010: // attAttachTitle
                pending.Title = Text8(value, tnef, MaxName);
                break;
            case 0x800F: // attAttachData
                pending.Data = value;
                break;
            case 0x9005: // attAttachment
                AddAttachmentProperties(pending, value, tnef);
                break;
        }
    }

    void EndAttachment()
    {
        if (pending is { } done)
            attachments.Add(
                new TnefAttachment(
                    done.LongName ?? done.Title ?? "",
                    done.ContentType,
                    done.ContentId,
                    done.Data,
                    done.Kind
                )
            );
        pending = null;
    }

    void AddProperties(TnefRange value, ReadOnlySpan<byte> tnef)
    {
        Read(value, tnef);
        foreach (var property in properties)
        {
            switch (property.Id)
            {
                case 0x001A:
                    messageClass = Text(property, tnef, MaxName) ?? messageClass;
                    break;
                case 0x0037:
                    subject = Text(property, tnef, MaxName) ?? subject;
                    break;
                case 0x1000:
                    text = Text(property, tnef, TnefReader.MaxText) ?? text;
                    break;
                case 0x1013:
                    html = Text(property, tnef, TnefReader.MaxText) ?? html;
                    break;
                case 0x1009 when property.Type == TnefProperty.Binary:
                    rtf = property.Value;
                    break;
            }
        }
    }

    void AddAttachmentProperties(Pending attachment, TnefRange value, ReadOnlySpan<byte> tnef)
    {
        Read(value, tnef);
        foreach (var property in properties)
        {
            switch (property.Id)
            {
                case 0x3707: // PR_ATTACH_LONG_FILENAME
                    attachment.LongName = Text(property, tnef, MaxName) ?? attachment.LongName;
                    break;
                case 0x3704 or 0x3001: // PR_ATTACH_FILENAME, PR_DISPLAY_NAME
                    attachment.Title ??= Text(property, tnef, MaxName);
                    break;
                case 0x370E: // PR_ATTACH_MIME_TAG
                    attachment.ContentType = Text(property, tnef, MaxName);
                    break;
                case 0x3712: // PR_ATTACH_CONTENT_ID
                    attachment.ContentId = Text(property, tnef, MaxName)?.Trim('<', '>');
                    break;
                case 0x3701 when !property.Value.IsEmpty: // PR_ATTACH_DATA
                    AddData(attachment, property, tnef);
                    break;
            }
        }
    }

    static void AddData(Pending attachment, TnefProperty property, ReadOnlySpan<byte> tnef)
    {
        var isObject = property.Type == TnefProperty.Object && property.Value.Length >= InterfaceId;
        if (!isObject)
        {
            if (attachment.Data.IsEmpty)
                attachment.Data = property.Value;
            return;
        }

        var isMessage = property.Value.Of(tnef)[..InterfaceId].SequenceEqual(MessageInterface);
        attachment.Kind = isMessage ? TnefAttachmentKind.Message : TnefAttachmentKind.Object;
        attachment.Data = new(property.Value.Start + InterfaceId, property.Value.Length - InterfaceId);
    }

    void Read(TnefRange value, ReadOnlySpan<byte> tnef)
    {
        properties.Clear();
        if (!TnefProperty.Read(new TnefCursor(tnef, value.Start, value.Start + value.Length), properties))
            HasFault = true;
    }

    string? Text(TnefProperty property, ReadOnlySpan<byte> tnef, int max) =>
        property.Type switch
        {
            TnefProperty.Unicode => Utf16(Cut(property.Value, tnef, max & ~1)),
            TnefProperty.Text8 or TnefProperty.Binary => Text8(property.Value, tnef, max),
            _ => null,
        };

    string? Text8(TnefRange value, ReadOnlySpan<byte> tnef, int max) =>
        Charset.Decode(codePage, BeforeNul(Cut(value, tnef, max))) is { Length: > 0 } text ? text : null;

    /// <summary>All code pages of Windows have ASCII's NUL.</summary>
    static ReadOnlySpan<byte> BeforeNul(ReadOnlySpan<byte> octets) =>
        octets.IndexOf((byte)0) is >= 0 and var end ? octets[..end] : octets;

    static ReadOnlySpan<byte> Cut(TnefRange value, ReadOnlySpan<byte> tnef, int max) =>
        value.Of(tnef)[..Math.Min(value.Length, max)];

    /// <summary>Up to the NUL that ends it.</summary>
    static string? Utf16(ReadOnlySpan<byte> octets)
    {
        for (var at = 0; at + 1 < octets.Length; at += 2)
        {
            if (octets[at] == 0 && octets[at + 1] == 0)
                octets = octets[..at];
        }

        return octets.Length < 2 ? null : Encoding.Unicode.GetString(octets);
    }
}
