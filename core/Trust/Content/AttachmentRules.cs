using System.Buffers;
using System.Collections.Frozen;

namespace Cloud.Trust.Content;

/// <summary>Files that do harm, or hide what they are.</summary>
static class AttachmentRules
{
    /// <summary>What runs where a reader opens it.</summary>
    static readonly FrozenSet<string> Executable = Words(
        "exe com scr pif bat cmd cpl dll msi msp mst msc jar js jse vbs vbe wsf wsh wsc sct hta lnk url reg ps1 psm1 psd1 "
            + "application appref-ms gadget scf inf chm hlp one desktop appimage deb rpm dmg pkg apk"
    );

    static readonly FrozenSet<string> Document = Words(
        "pdf doc docx xls xlsx ppt pptx txt rtf odt ods csv htm html jpg jpeg png gif mp3 mp4 zip eml"
    );

    /// <summary>Office files with programs inside.</summary>
    static readonly FrozenSet<string> Macro = Words("docm dotm xlsm xltm xlam xll pptm potm ppam ppsm sldm");

    /// <summary>Images of disks, and packers that are used to get by scanners.</summary>
    static readonly FrozenSet<string> Container = Words("iso img vhd vhdx udf ace arj cab lzh lha uue xxe z bz");

    /// <summary>What a browser opens, with scripts.</summary>
    static readonly FrozenSet<string> Page = Words("htm html shtml xhtml mht mhtml svg");

    public static IEnumerable<ContentRule> All { get; } =
    [
        Of("EXECUTABLE_FILE", 4.0m, "A file that runs when it is opened", file => Executable.Contains(file.Extension)),
        Of(
            "DOUBLE_EXTENSION",
            3.0m,
            "A file that runs looks like a document",
            file => Executable.Contains(file.Extension) && Document.Contains(file.InnerExtension)
        ),
        Of("REVERSED_FILE_NAME", 3.0m, "A file's name turns its direction, to hide its end", HasOverride),
        Of("MACRO_DOCUMENT", 1.5m, "An office file with programs inside", file => Macro.Contains(file.Extension)),
        Of(
            "DISK_IMAGE",
            2.0m,
            "A disk image or a packer hardly anybody uses",
            file => Container.Contains(file.Extension)
        ),
        Of("ENCRYPTED_ARCHIVE", 1.5m, "An archive that no scanner can look into", IsEncryptedZip),
        Of("HTML_FILE", 0.7m, "A file that opens in a browser", file => Page.Contains(file.Extension)),
    ];

    static ContentRule Of(string name, decimal score, string explanation, Func<AttachedFile, bool> test) =>
        ContentRule.Naming(name, score, explanation, message => message.Files.FirstOrDefault(test)?.Name);

    /// <summary>U+202E and its like (UAX 9): <c>gpj.exe</c> reads <c>exe.jpg</c>.</summary>
    static bool HasOverride(AttachedFile file) => file.Name.AsSpan().ContainsAny(Overrides);

    /// <summary>Bit 0 of the first entry's flags (APPNOTE.TXT 4.4.4).</summary>
    static bool IsEncryptedZip(AttachedFile file) =>
        file.Start.AsSpan().StartsWith("PK\u0003\u0004"u8) && file.Start.Length > 6 && (file.Start[6] & 1) != 0;

    static readonly SearchValues<char> Overrides = SearchValues.Create("\u202A\u202B\u202D\u202E\u2066\u2067");

    static FrozenSet<string> Words(string words) => words.Split(' ').ToFrozenSet(StringComparer.Ordinal);
}
