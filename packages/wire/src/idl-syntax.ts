/** What an IDL text declares, names unresolved. The parser makes it, the resolver turns it into type trees. */
export type IdlExpression =
  | { readonly kind: "value"; readonly value: number | bigint | boolean | string }
  | { readonly kind: "name"; readonly name: string; readonly offset: number }
  | { readonly kind: "unary"; readonly operator: string; readonly operand: IdlExpression }
  | {
      readonly kind: "binary";
      readonly operator: string;
      readonly left: IdlExpression;
      readonly right: IdlExpression;
    };

export interface IdlAnnotation {
  readonly name: string;
  /** The first (or only) parameter. */
  readonly value: IdlExpression | undefined;
}

export type IdlTypeText =
  | { readonly kind: "basic"; readonly name: string; readonly offset: number }
  | { readonly kind: "name"; readonly name: string; readonly offset: number }
  | { readonly kind: "string"; readonly wide: boolean; readonly bound: IdlExpression | undefined }
  | { readonly kind: "sequence"; readonly element: IdlTypeText; readonly bound: IdlExpression | undefined };

export interface IdlMember {
  readonly annotations: readonly IdlAnnotation[];
  readonly type: IdlTypeText;
  readonly name: string;
  readonly dimensions: readonly IdlExpression[];
}

export interface IdlCase {
  /** `default` is undefined. */
  readonly labels: readonly (IdlExpression | undefined)[];
  readonly member: IdlMember;
}

/** `scope` is the enclosing modules' names; names inside are looked up from there outwards. */
export type IdlDeclaration = { readonly scope: readonly string[]; readonly annotations: readonly IdlAnnotation[] } & (
  | { readonly kind: "struct"; readonly base: IdlTypeText | undefined; readonly members: readonly IdlMember[] }
  | {
      readonly kind: "union";
      readonly discriminator: IdlTypeText;
      readonly cases: readonly IdlCase[];
    }
  | { readonly kind: "enum"; readonly members: readonly { name: string; annotations: readonly IdlAnnotation[] }[] }
  | { readonly kind: "bitmask"; readonly flags: readonly { name: string; annotations: readonly IdlAnnotation[] }[] }
  | { readonly kind: "typedef"; readonly type: IdlTypeText; readonly dimensions: readonly IdlExpression[] }
  | { readonly kind: "const"; readonly type: IdlTypeText; readonly value: IdlExpression }
  | { readonly kind: "enumerator"; readonly enum: string; readonly name: string }
);
